"""Reading what somebody sent: whatever it is, it becomes its struct or a refusal in words."""

from typing import TypeVar

import msgspec

from config.errors import Refused

T = TypeVar("T")


def read(payload: bytes | msgspec.Raw, kind: type[T]) -> T:
    """The JSON as a struct. Raises Refused (`bad-request`) with the field at fault."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except RecursionError:
        raise Refused("bad-request", "It is nested too deeply to be read.") from None
    except UnicodeDecodeError:
        raise Refused("bad-request", "It is not UTF-8.") from None
    except msgspec.DecodeError as error:
        raise Refused("bad-request", str(error), field=_field_of(error)) from None


def _field_of(error: msgspec.DecodeError) -> str:
    """The field that msgspec's message points at: "… - at `$.service`" or "… missing required field `x`"."""
    text = str(error)
    if "required field `" in text:
        return text.split("required field `")[1].split("`")[0]
    if "`$." in text:
        return text.split("`$.")[1].split("`")[0]
    return ""
