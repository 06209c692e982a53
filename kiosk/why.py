"""Why there is no number, in the words of the code: pages say it to people."""

from typing import Literal

from config.errors import LuotError, Refused, Unreachable

Why = Literal[
    "no-answer", "not-taking", "closed", "disk", "refused", "has-number", "other-day",
    "old-number", "unknown-code", "card", "rush",
]  # fmt: skip


def why(error: LuotError) -> Why:
    """What an error means to who asked for a number."""
    if isinstance(error, Unreachable):
        return "no-answer"
    if not isinstance(error, Refused):
        return "disk"
    match error.code:
        case "not-taking" | "unknown-service":
            return "not-taking"
        case "day-closed":
            return "closed"
    return "refused"
