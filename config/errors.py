"""The errors of this product. Each says what happened; `hint` says what to do next."""


class LuotError(Exception):
    """Something went wrong that a person can mend.

    Loops catch this one only; anything else ends the process and its supervisor starts it anew.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(LuotError, ValueError):
    """A settings file has errors; the message lists every one of them with file and line."""


class HardwareAbsent(LuotError, OSError):
    """A device that the settings name is not there."""


class Refused(LuotError):
    """A request was refused by a rule.

    `code` is one of the contract's error codes, `field` the request's field that is at fault (or ""), `state`
    what the thing asked about is like now, where that is told.
    """

    def __init__(
        self, code: str, message: str, *, field: str = "", hint: str = "", state: object = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.field = field
        self.state = state


class Unreachable(LuotError, TimeoutError):
    """The hub did not answer before the asker's deadline; whether it acted is not known."""
