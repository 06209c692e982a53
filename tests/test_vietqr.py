"""VietQR: the published samples to the last digit, and every other code readable field by field."""

from hypothesis import given
from hypothesis import strategies as st

from center.vietqr import sealed, vietqr
from config.settings import Bank

BANK = Bank(bin="970403", account="0011012345678")
STATIC = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
DYNAMIC = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)


def fields(text: str) -> dict[str, str]:
    """The fields of an EMVCo text, read as an app reads them."""
    found = {}
    while text:
        name, length = text[:2], int(text[2:4])
        found[name], text = text[4 : 4 + length], text[4 + length :]
    return found


def test_static_code_is_the_published_sample() -> None:
    assert vietqr(BANK) == STATIC


def test_dynamic_code_is_the_published_sample_but_for_its_bill_number() -> None:
    published, ours = fields(DYNAMIC), fields(vietqr(BANK, 180_000, "thanh toan don hang"))
    bill = "0107NPS6869"
    assert ours.pop("62") == published.pop("62").removeprefix(bill)
    assert ours.pop("63") != published.pop("63")
    assert list(ours.items()) == list(published.items())


def test_checksum_is_that_of_the_published_sample() -> None:
    assert sealed(DYNAMIC[:-8]) == DYNAMIC


@given(
    account=st.from_regex(r"\A[A-Z0-9]{1,19}\Z"),
    amount=st.integers(1, 500_000_000),
    reference=st.from_regex(r"\A[A-Z0-9]{1,19}\Z"),
)
def test_every_code_reads_back(account: str, amount: int, reference: str) -> None:
    text = vietqr(Bank(bin="970436", account=account), amount, reference)
    read = fields(text)
    receiver = fields(fields(read["38"])["01"])
    assert (receiver["00"], receiver["01"]) == ("970436", account)
    assert (read["54"], fields(read["62"])["08"], read["01"]) == (str(amount), reference, "12")
    assert sealed(text[:-8]) == text
