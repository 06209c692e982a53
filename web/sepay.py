"""Payments as SePay tells them: a signed message for every transfer on the centre's bank account.

SePay wants an answer within 5 s, repeats a message up to 7 times within about half an hour, and may send one
twice; its `id` is the transaction. The signature is HMAC-SHA256 over `{timestamp}.{raw body}`
(developer.sepay.vn, "Authentication"). A message is kept as it came, for whoever has to look at money that
nothing asked for; what it says goes to the hub by the outbox.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from bus import reading
from bus.answers import PaymentResult
from bus.asks import Payment
from bus.disk import Disk
from bus.messages import Amount
from bus.reference import references
from config.clock import Clock
from config.errors import Refused
from config.settings import WebSettings
from web.outbox import Outbox

log = logging.getLogger(__name__)

PROVIDER = "sepay"
NAMESPACE = UUID("5b6f2c1e-7d0a-4c55-9a53-0d8c0f6f1b7e")  # a transaction is one request, however often told
DRIFT = timedelta(minutes=5)
KEPT = timedelta(days=90)  # a raw message names the payer, so it is not kept longer than a quarter

FILE = "payments.sqlite"
SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    provider TEXT NOT NULL, transaction_id TEXT NOT NULL, received REAL NOT NULL, raw BLOB NOT NULL,
    PRIMARY KEY (provider, transaction_id)
)
"""


class Transfer(Struct, frozen=True, rename="camel"):
    """What counts of SePay's message. `sub_account` is the virtual account, where the money came into one."""

    id: int
    transaction_date: Annotated[datetime, Meta(tz=False)]  # in Vietnam
    account_number: str
    transfer_type: Literal["in", "out"]
    transfer_amount: Amount
    content: str | None = None
    sub_account: str | None = None

    def payment(self) -> Payment:
        """What the hub is asked."""
        return Payment(
            request=uuid5(NAMESPACE, f"{PROVIDER}/{self.id}"),
            provider=PROVIDER,
            transaction=str(self.id),
            # The rest of the text may name the payer, who is nobody's business on the bus.
            reference=" ".join(references(self.content or ""))[:200],
            account=self.sub_account or self.account_number,
            amount=self.transfer_amount,
            at=self.transaction_date.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        )


def verify(secret: str, timestamp: str, signature: str, body: bytes, now: Iterable[datetime]) -> None:
    """Whether the message is SePay's, and not an old one sent again.

    `now` is the time by every clock there is; one that is right is enough. Raises Refused (`forbidden`).
    """
    told = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"sha256={told}".encode(), signature.encode()):
        raise Refused("forbidden", "The signature of the payment message is wrong.", field="signature")
    if not timestamp.isdecimal() or not any(
        abs(each.timestamp() - int(timestamp)) <= DRIFT.total_seconds() for each in now
    ):
        raise Refused("forbidden", "The payment message is too old, or a clock is wrong.", field="timestamp")


def read(body: bytes) -> Transfer:
    """The message as a struct. Raises Refused (`bad-request`)."""
    return reading.read(body, Transfer)


class Payments:
    """The messages that came, each once and as it was sent."""

    def __init__(self, settings: WebSettings, outbox: Outbox, clock: Clock) -> None:
        self.disk = Disk(settings.folder / FILE, (SCHEMA,), lambda _: None, volatile=settings.volatile)
        self.outbox = outbox
        self.clock = clock

    async def receive(self, body: bytes) -> None:
        """Take a message whose signature is right; returns once the hub has it.

        Raises Refused, Unreachable or DiskFault; SePay then sends it again.
        """
        try:
            transfer = read(body)
        except Refused as refused:  # its signature was right, so it is money: a person has to look
            unreadable = hashlib.sha256(body).hexdigest()
            self._keep(unreadable, body)
            log.error("a signed payment message cannot be read kept-as=%s error=%s", unreadable, refused)
            raise
        if transfer.transfer_type == "in":
            self._keep(str(transfer.id), body)
            result = await self.outbox.tell("payment", transfer.payment())
            assert isinstance(result, PaymentResult)
            log.info("a payment came in transaction=%d match=%s", transfer.id, result.match)

    def _keep(self, transaction: str, body: bytes) -> None:
        now = self.clock.now()
        with self.disk.writing() as database:
            row = (PROVIDER, transaction, now.timestamp(), body)
            database.execute("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?)", row)
            database.execute("DELETE FROM message WHERE received < ?", ((now - KEPT).timestamp(),))
