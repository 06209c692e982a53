"""The reference of a payment order: what a transfer's text has to carry, and how it is found there.

At most 19 of A-Z and 0-9, the only ones that every bank leaves as they are.
"""

import re

PREFIX = "LP"  # lệ phí; then the ticket's label, then chance
LENGTH = 14
_NOT_OURS = re.compile(r"[^A-Z0-9]+")
_ANY = re.compile(rf"(?=({PREFIX}.{{{LENGTH - len(PREFIX)}}}))")


def references(text: str) -> list[str]:
    """All that may be one of ours in a transfer's free text: banks add words and strip `.` and `-`."""
    return _ANY.findall(_NOT_OURS.sub("", text.upper()))
