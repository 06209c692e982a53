"""What settings are made of: tables, and values with a shape of their own."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z0-9][a-z0-9-]{0,31}\Z",
        description="a name in quotes, of at most 32 small letters, digits and hyphens",
    ),
]
Amount = Annotated[int, Meta(ge=1, le=500_000_000)]  # đồng
Purpose = Annotated[str, Meta(min_length=1, max_length=60)]  # what a fee is for, as people read it
Text = dict[str, str]  # language → words; a missing language falls back to "vi"
Host = Annotated[
    str,
    Meta(
        pattern=r"\A(?:[A-Za-z0-9._-]+|[0-9A-Fa-f.]*(?::[0-9A-Fa-f.]*){2,})\Z",
        description="a host's name or IP address in quotes, without mqtt:// and without a port",
        extra={"masked": True},  # a whole URL, pasted here, may carry a password
    ),
]
Port = Annotated[int, Meta(ge=1, le=65535)]
Pixels = Annotated[int, Meta(ge=320, le=7680)]
Size = Annotated[tuple[Pixels, Pixels], Meta(description="[width, height], each from 320 to 7680")]
Address = Annotated[int, Meta(ge=1, le=247)]
Letter = Annotated[str, Meta(pattern=r"\A[A-Z]\Z", description="one capital, A to Z, in quotes")]
HexColor = Annotated[
    str,
    Meta(pattern=r"\A(#[0-9A-Fa-f]{6})?\Z", description='a colour in quotes, as in "#9E1B32"'),
]
Quota = Annotated[int, Meta(ge=1, le=799)]  # numbers a day
Percent = Annotated[int, Meta(ge=0, le=100)]
Secret = Annotated[str, Meta(extra={"masked": True})]  # never told in a message

Baud = Literal[9600, 19200, 38400, 57600, 115200]


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a settings file: a key it does not know is a typing error."""
