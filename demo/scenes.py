"""Every page that a kiosk can show, as scenes: the gallery draws them, and tests judge each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle
from typing import Any
from uuid import UUID

from msgspec import structs

from bus.answers import Ticket
from bus.asks import CheckIn, Take
from bus.messages import GroupInfo, QueueState, Rev, ServiceInfo, Wait
from config.words import say
from demo.files import TEMPLATES
from kiosk.corner import Pin, Staff
from kiosk.journey import Given, Home, Trouble, Typing, Waiting
from kiosk.look import Look
from kiosk.offer import Offer
from kiosk.papers import Paper
from kiosk.scene import Scene
from printer.status import PrinterState
from screen.theme import Size, themed

# What kiosks are made with: 21.5 inches standing and lying, 10.1 and 7 inches on a desk.
SCREENS: tuple[Size, ...] = ((1080, 1920), (1920, 1080), (1280, 800), (800, 480))
LANGUAGES = ("vi", "en", "rad")
PLACE = {"vi": "Quầy 1 hoặc Quầy 2", "en": "Counter 1 or Counter 2"}


def service(id: str, letter: str, icon: str, name: tuple[str, str], hint: tuple[str, str]) -> ServiceInfo:  # noqa: A002
    return ServiceInfo(
        id, letter, {"vi": name[0], "en": name[1]}, {"vi": hint[0], "en": hint[1]}, icon, PLACE
    )


def queue(id: str, waiting: int, wait: Wait | None, *, taking: bool = True, **more: Any) -> QueueState:  # noqa: A002
    return QueueState(Rev("e", 1), id, waiting, 1, 20, wait, taking, **more)


SERVICES = (
    service("ho-tich", "A", "person", ("Hộ tịch", "Civil status"), ("Khai sinh, kết hôn", "Birth, marriage")),
    service(
        "dat-dai", "B", "house", ("Đất đai", "Land"), ("Sổ đỏ, chuyển nhượng", "Certificates, transfers")
    ),
    service(
        "kinh-doanh",
        "C",
        "shop",
        ("Đăng ký kinh doanh", "Business registration"),
        ("Hộ kinh doanh, hợp tác xã", "Household businesses"),
    ),
    service("chung-thuc", "D", "document", ("Chứng thực", "Certification"), ("Sao y, chữ ký", "Signatures")),
    service(
        "bao-tro",
        "E",
        "heart",
        ("Bảo trợ xã hội", "Social assistance"),
        ("Trợ cấp, người có công", "Benefits"),
    ),
    service("thue", "F", "receipt", ("Thuế", "Tax"), ("Một cửa thuế", "One-stop tax desk")),
)
GROUPS = (
    GroupInfo("nha-dat", {"vi": "Nhà đất, xây dựng", "en": "Land and building"}, "house"),
    GroupInfo("ho-tich", {"vi": "Hộ tịch, chứng thực", "en": "Civil status, certification"}, "person"),
    GroupInfo("kinh-doanh", {"vi": "Kinh doanh và thuế", "en": "Business and tax"}, "shop"),
)
OFFER = Offer(
    title={"vi": "Trung tâm Phục vụ hành chính công", "en": "Public Administrative Service Centre"},
    name={"vi": "Phường Tân Lập", "en": "Tân Lập Ward"},
    languages=LANGUAGES,
    services=SERVICES,
    priority=True,
    appointments=True,
    timezone="Asia/Ho_Chi_Minh",
    today=date(2026, 11, 22),
    queues={
        "ho-tich": queue("ho-tich", 4, Wait(5, 10)),
        "dat-dai": queue("dat-dai", 111, Wait(95, 140)),
        "kinh-doanh": queue("kinh-doanh", 0, Wait(0, 5)),
        "chung-thuc": queue("chung-thuc", 7, None),
        "bao-tro": queue("bao-tro", 0, None),
        "thue": queue("thue", 3, Wait(5, 10), taking=False),
    },
)
CUT_OFF = replace(OFFER, reached=False, queues={}, reserve=frozenset({"ho-tich", "dat-dai"}))
OPENS, MONDAY = datetime(2026, 11, 22, 0, 30, tzinfo=UTC), datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
NOTICE = "Hôm nay cán bộ đi cơ sở. Mời ông bà quay lại sáng thứ Ba."
WHY = {
    "shut": queue("kinh-doanh", 0, None, taking=False, why="shut"),
    "shut with a notice": queue("kinh-doanh", 2, None, taking=False, why="shut", notice=NOTICE),
    "full": queue("kinh-doanh", 5, Wait(5, 10), taking=False, why="full"),
    "hours": queue("kinh-doanh", 0, None, taking=False, why="hours", opens=OPENS),
    "hours of another day": queue("kinh-doanh", 0, None, taking=False, why="hours", opens=MONDAY),
    "early": queue("kinh-doanh", 12, None, opens=OPENS),
}
NOTICES = (
    {"vi": "Phí và lệ phí trả bằng mã QR tại quầy.", "en": "Fees are paid by QR code at the counter."},
    {
        "vi": "Thứ Hai ngày 30/11, hồ sơ đất đai nhận tại Nhà văn hóa, số 12 Lê Duẩn, từ 07:30 đến 11:30.",
        "en": "On Monday, 30 November, land files are taken at 12 Lê Duẩn Street, from 07:30 to 11:30.",
    },
)
CLOSED = {each.id: queue(each.id, 0, None, taking=False, why="stopped", opens=MONDAY) for each in SERVICES}
LOOKS = {
    "large": Look(large=True),
    "contrast": Look(contrast=True),
    "low": Look(low=True),
    "all": Look(large=True, contrast=True, low=True),
}
EMBLEM = (TEMPLATES / "emblem.png").read_bytes()  # an example
OWN = themed("#00788A", EMBLEM)
TAKE = Take(UUID(int=1), "dat-dai")
TRACK = "https://hanhchinhcong.example/luot/t/2026-11-22-A012"


def ticket(*, wait: Wait | None = Wait(5, 10), **more: Any) -> Ticket:  # noqa: B008
    at = datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
    return Ticket("2026-11-22-A012", "A012", "ho-tich", "ordinary", "vi", at, 4, wait, PLACE, **more)


def scenes(language: str) -> Iterator[tuple[str, Scene]]:
    """Every page there is."""
    home = Scene(Home(), language, OFFER, "08:12")
    yield "home", home
    yield "headphones", replace(home, headphones=True)
    spoken = replace(home, headphones=True, look=Look(spoken=True))
    yield "read aloud", replace(spoken, page=Home("priority"), left=20, focus="service:dat-dai")
    yield "priority", replace(home, page=Home("priority"))
    yield "errands", replace(home, page=Home(errands=()))
    yield "two errands", replace(home, page=Home(errands=("dat-dai", "ho-tich")), left=9)
    yield "enough errands", replace(home, page=Home(errands=tuple(each.id for each in SERVICES[:4])))
    two = Home(errands=("dat-dai", "ho-tich"))
    take = Take(UUID(int=1), "dat-dai", then=("ho-tich",))
    yield "errands under way", replace(home, page=Waiting(take, two))
    grouped = replace(OFFER, services=in_groups(many(20)), groups=GROUPS)
    yield "groups", replace(home, offer=grouped)
    yield "a group", replace(home, offer=grouped, page=Home(group="nha-dat"))
    yield "errands of groups", replace(home, offer=grouped, page=Home(errands=("service-1",)))
    for turn, notice in enumerate(("a short notice", "a long notice")):
        yield notice, replace(home, offer=replace(OFFER, notices=NOTICES), turn=turn)
    yield "pressed", replace(home, page=Waiting(TAKE))
    yield "waiting", replace(home, page=Waiting(TAKE, slow=True))
    yield "cut off", replace(home, offer=CUT_OFF)
    yield "cut off without a number", replace(home, offer=replace(CUT_OFF, reserve=frozenset()))
    yield "without priority", replace(home, offer=replace(OFFER, priority=False))
    yield "closed", replace(home, offer=replace(OFFER, open=False))
    closed = replace(OFFER, open=False, queues=CLOSED)
    yield "closed until morning", replace(home, offer=closed)
    yield "no number until morning", replace(home, page=Trouble("closed", "thue"), offer=closed, left=20)
    yield "no paper", replace(home, printer=PrinterState.PAPER_OUT)
    yield "no printer", replace(home, printer=PrinterState.SILENT)
    yield "getting ready", replace(home, offer=Offer(), hour="")
    yield "of a centre's own colours", replace(home, offer=replace(OFFER, theme=OWN))
    yield "two services", replace(home, offer=replace(OFFER, services=SERVICES[:2]))
    yield "eight services", replace(home, offer=replace(OFFER, services=(*SERVICES, *_more(2))))
    for paper in ("printing", "printed", "sent", "unknown", "failed"):
        yield paper, replace(home, page=Given(ticket(), paper), left=9)
    yield (
        "priority ticket",
        replace(home, page=Given(ticket(priority=True, wait=None), "printed"), left=9),
    )
    errands = ticket(then=("dat-dai", "kinh-doanh"))
    yield "ticket of three errands", replace(home, page=Given(errands, "printed"), left=9)
    empty = replace(home, printer=PrinterState.PAPER_OUT, left=59)
    yield "unknown, with a code", replace(empty, page=Given(ticket(track=TRACK), "unknown"))
    yield "failed, with a code", replace(empty, page=Given(ticket(track=TRACK), "failed"))
    offline = ticket(wait=None, offline=True)
    yield "offline ticket", replace(home, page=Given(offline, "printed"), offer=CUT_OFF, left=9)
    yield "offline ticket without paper", replace(home, page=Given(offline, "failed"), offer=CUT_OFF)
    yield "early ticket", replace(home, page=Given(ticket(wait=None, opens=OPENS), "printed"), left=9)
    for name, each in WHY.items():
        offer = replace(OFFER, queues={**OFFER.queues, "kinh-doanh": each})
        yield f"home: {name}", replace(home, offer=offer)
        yield name, replace(home, page=Trouble("not-taking", "kinh-doanh"), offer=offer, left=20)
    for why in ("no-answer", "not-taking", "closed", "disk", "refused", "other-day", "rush"):
        yield f"no number: {why}", replace(home, page=Trouble(why, "kinh-doanh"), left=20)
    yield "no appointments taken", replace(home, page=Trouble("not-taking"), left=20)
    yield "appointment has its number", replace(home, page=Trouble("has-number", label="A012"), left=20)
    scanned = Trouble("has-number", "dat-dai", "B007")
    yield "a ticket was scanned", replace(home, page=scanned, left=20)
    scanned = Trouble("old-number", label="A012")
    yield "a ticket of another day was scanned", replace(home, page=scanned, left=20)
    yield "an identity card was scanned", replace(home, page=Trouble("card"), left=20)
    yield "something unknown was scanned", replace(home, page=Trouble("unknown-code"), left=20)
    typing = replace(home, page=Typing(), left=30)
    yield "nothing typed", typing
    yield "a code", replace(typing, page=Typing("K7M2QX"), focus="key:K")
    yield "twelve letters", replace(typing, page=Typing("WWWWWWWWWWWW"))
    yield "a dossier's code", replace(typing, page=Typing("000.00.01.H29-260310-0420"))
    yield "an unknown code", replace(typing, page=Typing("K7M2QX", unknown=True))
    yield "checking in", replace(home, page=Waiting(CheckIn(UUID(int=1), "K7M2QX")))
    yield "forgetting", replace(home, page=Home("priority"), left=9, focus="service:dat-dai")
    yield "twenty services", replace(home, offer=replace(OFFER, services=many(20)))
    yield (
        "the last of twenty services",
        replace(home, page=Home(shelf=2), offer=replace(OFFER, services=many(20))),
    )
    for name, page in (
        ("pin", Pin("12345678")),
        ("wrong pin", Pin(wrong=True, wait=16)),
        ("staff", Staff()),
        ("staff after an act", Staff(told=say(language, "Done."))),
    ):
        yield name, replace(home, page=page, left=60, focus="done")
    papers = (
        Paper(ticket(), "unknown"),
        Paper(structs.replace(ticket(), id="2026-11-22-A013", label="A013"), "failed"),
    )
    yield "staff after paper was out", replace(home, page=Staff(), papers=papers, tickets_left=48, left=60)
    shut = replace(OFFER, services=many(20), queues={"service-1": WHY["shut"]})
    yield "staff of many services", replace(home, page=Staff(1), offer=shut, left=60)
    for chosen, look in LOOKS.items():
        for name, scene in (
            ("headphones", replace(home, headphones=True, look=replace(look, spoken=True))),
            ("home", replace(home, focus="priority")),
            ("cut off", replace(home, offer=CUT_OFF)),
            ("typing", replace(typing, page=Typing("K7M2QX", unknown=True))),
            ("pressed", replace(home, page=Waiting(TAKE))),
            ("number", replace(home, page=Given(ticket(), "printed"), left=9)),
            ("no paper", replace(home, page=Given(ticket(track=TRACK), "failed"), left=9)),
            ("not taking", replace(home, page=Trouble("not-taking", "kinh-doanh"), left=20)),
            ("getting ready", replace(home, offer=Offer())),
            ("errands", replace(home, page=Home(errands=("dat-dai", "ho-tich")))),
            ("groups", replace(home, offer=grouped)),
            ("a notice", replace(home, offer=replace(OFFER, notices=NOTICES))),
            ("a group", replace(home, offer=grouped, page=Home(group="nha-dat"))),
        ):
            yield f"{chosen}: {name}", replace(scene, look=look)


def many(count: int) -> tuple[ServiceInfo, ...]:
    name, hint = ("Đất đai", "Land"), ("Sổ đỏ", "Deeds")
    return tuple(service(f"service-{number}", "B", "house", name, hint) for number in range(count))


def in_groups(services: tuple[ServiceInfo, ...]) -> tuple[ServiceInfo, ...]:
    """All but the last of them."""
    groups = cycle(each.id for each in GROUPS)
    return (*(structs.replace(each, group=next(groups)) for each in services[:-1]), services[-1])


def _more(count: int) -> Iterator[ServiceInfo]:
    for letter in "GHIK"[:count]:
        yield service(f"more-{letter.lower()}", letter, "document", ("Đất đai", "Land"), ("Sổ đỏ", "Deeds"))
