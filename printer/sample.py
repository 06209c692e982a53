"""A ticket that nobody took, with all that a ticket can have: to look at, to measure and to test."""

from datetime import UTC, date, datetime

from bus.answers import Ticket
from bus.messages import CenterState, HubClock, Rev, Wait
from config.words import LANGUAGE_NAMES

TAKEN = datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
SERVICE = {"vi": "Đất đai và xây dựng", "en": "Land and construction"}
TRACK = "https://luot.example.vn/t/2026-11-22-A012"

CENTER = CenterState(
    rev=Rev("", 0),
    center="tan-lap",
    title={"vi": "Trung tâm Phục vụ hành chính công", "en": "Public Administration Service Centre"},
    name={"vi": "Phường Tân Lập", "en": "Tân Lập Ward"},
    languages=tuple(LANGUAGE_NAMES),
    timezone="Asia/Ho_Chi_Minh",
    day=date(2026, 11, 22),
    open=True,
    notices=(),
    clock=HubClock(True, 0),
    boot="",
    at=TAKEN,
)


def sample(language: str) -> Ticket:
    """A priority ticket with a wait and a code: as long as tickets for one errand are."""
    return Ticket(
        id="2026-11-22-A012",
        label="A012",
        service="dat-dai",
        category="priority",
        language=language,
        at=TAKEN,
        ahead=4,
        wait=Wait(5, 10),
        place={"vi": "Quầy 1 hoặc Quầy 2", "en": "Counter 1 or Counter 2"},
        track=TRACK,
        priority=True,
    )
