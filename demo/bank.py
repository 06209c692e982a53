"""The bank's side of a payment: reads the QR code as a banking app does, and tells the centre as SePay does.

The message and its signature are as SePay's pages describe them (developer.sepay.vn): nothing of the centre's
own code is used to make them.
"""

import hashlib
import hmac
import json
import time
from binascii import crc_hqx
from dataclasses import dataclass
from datetime import datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from config.errors import LuotError

PATIENCE_S = 8.0


@dataclass(frozen=True)
class Transfer:
    """What a banking app reads off the code and sends: whole đồng."""

    account: str
    amount: int
    reference: str


@dataclass(frozen=True)
class Bank:
    """Where payment messages go: the web part's address, and the secret that it shares with the provider."""

    web: str
    secret: str

    def pay(self, code: str) -> Transfer:
        """Pay a VietQR code and tell the centre. Blocks until the centre has taken the message.

        Raises LuotError when the code cannot be read or the message is not accepted.
        """
        transfer = read_code(code)
        body = message(transfer, time.time_ns() // 1_000_000)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-SePay-Timestamp": timestamp,
            "X-SePay-Signature": sign(self.secret, timestamp, body),
        }
        address = f"{self.web.rstrip('/')}/payments/sepay"
        try:
            urlopen(Request(address, body, headers), timeout=PATIENCE_S).close()
        except HTTPError as error:
            raise LuotError(f"The centre refused the bank's message: {error.read().decode()}") from error
        except (URLError, OSError) as error:
            raise LuotError(f"The bank's message did not arrive: {error}.") from error
        return transfer


def read_code(code: str) -> Transfer:
    """The order in a VietQR code. Raises LuotError where a banking app would refuse it."""
    if f"{crc_hqx(code[:-4].encode(), 0xFFFF):04X}" != code[-4:]:
        raise LuotError("The QR code is damaged: its checksum is wrong.")
    try:
        fields = _fields(code)
        receiver = _fields(_fields(fields["38"])["01"])
        return Transfer(receiver["01"], int(fields["54"]), _fields(fields["62"])["08"])
    except (KeyError, ValueError) as error:
        raise LuotError("The QR code is no VietQR code with an amount and a reference.") from error


def _fields(text: str) -> dict[str, str]:
    """EMVCo fields: two digits of id, two of length, the value."""
    fields = {}
    while text:
        length = int(text[2:4])
        fields[text[:2]], text = text[4 : 4 + length], text[4 + length :]
    return fields


def message(transfer: Transfer, transaction: int) -> bytes:
    """SePay's message for money that came in; banks put words of their own round the reference."""
    vietnam = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    return json.dumps(
        {
            "id": transaction,
            "gateway": "Sacombank",
            "transactionDate": f"{vietnam:%Y-%m-%d %H:%M:%S}",
            "accountNumber": transfer.account,
            "subAccount": None,
            "code": None,
            "content": f"IBFT {transfer.reference} chuyen tien",
            "transferType": "in",
            "transferAmount": transfer.amount,
            "accumulated": 0,
            "referenceCode": f"FT{transaction}",
            "description": "",
        }
    ).encode()


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC over the timestamp, a point, and the raw body."""
    return f"sha256={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"
