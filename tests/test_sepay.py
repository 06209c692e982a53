"""Payment messages of SePay: whose they are, what they say, and that none is lost."""

import asyncio
import hashlib
import hmac
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bus.asks import Payment
from center.broker import PrivateBroker
from config.clock import Clock
from config.errors import Refused, Unreachable
from config.settings import WebSettings
from demo.part import Part
from web.link import Link
from web.outbox import Outbox
from web.sepay import Payments, read, verify

SECRET = "whsec-for-tests"
BODY = (
    b'{"id":92704,"gateway":"Vietcombank","transactionDate":"2026-11-22 08:12:31",'
    b'"accountNumber":"0011012345678","code":null,"content":"MBVCB.3278907687 LT8F3K2Q A012-chuyen tien",'
    b'"transferType":"in","transferAmount":15000,"accumulated":19077000,"subAccount":null,'
    b'"referenceCode":"MBVCB.3278907687","description":""}'
)
SENT = datetime(2026, 11, 22, 1, 12, 35, tzinfo=UTC)
TIMESTAMP = "1795309955"
# printf '1795309955.%s' "$BODY" | openssl dgst -sha256 -hmac whsec-for-tests
SIGNATURE = "sha256=c0267b154b7725dd5389171fbe9fa557d9064f02d1b45c260c39d34f192f80e3"


def signature(timestamp: str, body: bytes = BODY, secret: str = SECRET) -> str:
    return "sha256=" + hmac.digest(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hex()


class TestSignature:
    def test_openssl_makes_the_same(self) -> None:
        verify(SECRET, TIMESTAMP, SIGNATURE, BODY, [SENT])

    @pytest.mark.parametrize(
        ("timestamp", "told", "body"),
        [
            (TIMESTAMP, SIGNATURE, BODY.replace(b"15000", b"15001")),
            (TIMESTAMP, SIGNATURE, BODY + b" "),
            ("1795309956", SIGNATURE, BODY),
            (TIMESTAMP, signature(TIMESTAMP, secret="another"), BODY),
            (TIMESTAMP, SIGNATURE.removeprefix("sha256="), BODY),
            (TIMESTAMP, SIGNATURE.upper(), BODY),
            (TIMESTAMP, "", BODY),
            (TIMESTAMP, "sha256=é", BODY),
            ("", signature(""), BODY),
            ("soon", signature("soon"), BODY),
            ("٣", signature("٣"), BODY),
        ],
    )
    def test_anything_else_is_refused(self, timestamp: str, told: str, body: bytes) -> None:
        with pytest.raises(Refused, match=r"signature|too old") as refused:
            verify(SECRET, timestamp, told, body, [SENT])
        assert refused.value.code == "forbidden"

    @pytest.mark.parametrize("away", [-299, 0, 299])
    def test_five_minutes_of_drift_are_allowed(self, away: int) -> None:
        verify(SECRET, TIMESTAMP, SIGNATURE, BODY, [SENT + timedelta(seconds=away)])

    @pytest.mark.parametrize("away", [-301, 301, 86400])
    def test_more_is_an_old_message_sent_again(self, away: int) -> None:
        with pytest.raises(Refused, match="too old"):
            verify(SECRET, TIMESTAMP, SIGNATURE, BODY, [SENT + timedelta(seconds=away)])

    def test_one_right_clock_is_enough(self) -> None:
        verify(SECRET, TIMESTAMP, SIGNATURE, BODY, [datetime(1970, 1, 1, tzinfo=UTC), SENT])


class TestMessage:
    def test_the_hub_is_asked_about_this_money(self) -> None:
        text = "MBVCB.3278907687 LPA012-8F3K2QX7 NGUYEN VAN AN chuyen tien"
        payment = replace(read(BODY), content=text).payment()
        assert (payment.provider, payment.transaction) == ("sepay", "92704")
        assert (payment.amount, payment.account) == (15000, "0011012345678")
        assert payment.reference == "LPA0128F3K2QX7", "who paid is nobody's business on the bus"
        assert payment.at == datetime(2026, 11, 22, 1, 12, 31, tzinfo=UTC)

    def test_a_repeated_message_is_the_same_request(self) -> None:
        assert read(BODY).payment().request == read(BODY + b"\n").payment().request
        other = BODY.replace(b"92704", b"92705")
        assert read(other).payment().request != read(BODY).payment().request

    def test_money_into_a_virtual_account_names_that_account(self) -> None:
        virtual = BODY.replace(b'"subAccount":null', b'"subAccount":"96247LUOT1"')
        assert read(virtual).payment().account == "96247LUOT1"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            BODY[:-9],
            BODY.replace(b'"transferAmount":15000', b'"transferAmount":-15000'),
            BODY.replace(b'"transferAmount":15000', b'"transferAmount":15000.5'),
            BODY.replace(b'"in"', b'"back"'),
            BODY.replace(b"2026-11-22 08:12:31", b"yesterday"),
            BODY.replace(b'"id":92704,', b""),
        ],
    )
    def test_a_message_that_cannot_be_read_is_said_to_be_so(self, body: bytes) -> None:
        with pytest.raises(Refused) as refused:
            read(body)
        assert refused.value.code == "bad-request"


class TestPayments:
    def test_signed_money_that_cannot_be_read_is_kept_for_a_person(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings = WebSettings(center="tan-lap", device="web-1", data=tmp_path, volatile=True, logins=())
        payments = Payments(settings, Outbox(settings, Link(settings, Clock())), Clock())
        with closing(payments.disk), pytest.raises(Refused):
            asyncio.run(payments.receive(b'{"id": 1, "transferAmount": "much"}'))
        with closing(sqlite3.connect(payments.disk.path)) as database:
            kept = database.execute("SELECT raw FROM message").fetchall()
        assert kept == [(b'{"id": 1, "transferAmount": "much"}',)]
        assert "cannot be read" in caplog.text

    def test_failure_18_money_is_told_again_after_a_restart(
        self, broker: PrivateBroker, hub: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody sends it again: the hub was away, and then the web was."""
        monkeypatch.setattr("web.outbox.ANSWER_S", 0.3)
        address = broker.address("web-1")
        settings = WebSettings(
            center="tan-lap", device="web-1", broker=address, data=tmp_path, volatile=True, logins=()
        )

        async def while_the_hub_is_away() -> None:
            async with Running(settings) as payments:
                with pytest.raises(Unreachable):
                    await payments.receive(BODY)
                assert payments.outbox.waiting == 1

        async def when_it_is_back() -> None:
            async with Running(settings) as payments:
                assert [
                    fact.transaction for _, fact in payments.outbox.left() if isinstance(fact, Payment)
                ] == ["92704"]
                telling = asyncio.create_task(payments.outbox.tell_what_is_left())
                async with asyncio.timeout(60):
                    while payments.outbox.left():
                        await payments.outbox.link.bell.wait(0.1)
                telling.cancel()

        broker.kill()
        asyncio.run(while_the_hub_is_away())
        broker.start()
        monkeypatch.setattr("web.outbox.ANSWER_S", 30.0)
        asyncio.run(when_it_is_back())


class Running:
    """Payments on a link that steps."""

    def __init__(self, settings: WebSettings) -> None:
        self.link = Link(settings, Clock())
        self.payments = Payments(settings, Outbox(settings, self.link), Clock())

    async def __aenter__(self) -> Payments:
        self.following = asyncio.create_task(self.link.follow())
        return self.payments

    async def __aexit__(self, *_: object) -> None:
        self.following.cancel()
        self.payments.disk.close()
        self.payments.outbox.disk.close()
