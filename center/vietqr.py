"""VietQR: the text of a payment code that every Vietnamese banking app reads.

EMVCo merchant-presented mode with NAPAS's own template in field 38. A field is an id of two digits, a length
of two digits, and its value; the last one is a CRC-16/CCITT-FALSE over everything before its value.
"""

import binascii

from config.settings import Bank

NAPAS = "A000000727"
TO_ACCOUNT = "QRIBFTTA"
DONG = "704"  # ISO 4217


def vietqr(bank: Bank, amount: int | None = None, reference: str = "") -> str:
    """The text of the code: `amount` in whole đồng, `reference` at most 25 of `A-Z0-9` and spaces.

    Without an amount the code is a static one: whoever pays types how much.
    """
    receiver = _field("00", bank.bin) + _field("01", bank.account)
    merchant = _field("00", NAPAS) + _field("01", receiver) + _field("02", TO_ACCOUNT)
    text = _field("00", "01") + _field("01", "12" if amount else "11") + _field("38", merchant)
    text += _field("53", DONG)
    if amount:
        text += _field("54", str(amount))
    text += _field("58", "VN")
    if reference:
        text += _field("62", _field("08", reference))
    return sealed(text)


def sealed(text: str) -> str:
    """The text with its checksum field."""
    text += "6304"
    return f"{text}{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02}{value}"
