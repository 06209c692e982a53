"""The citizen's way through the kiosk: what a touch does, and what a storm of touches cannot do."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.answers import Ticket
from bus.asks import CheckIn, Take
from bus.messages import GroupInfo, QueueState, Rev, ServiceInfo, Wait, encode
from bus.reading import read
from config.errors import LuotError, Refused, Unreachable
from kiosk.journey import (
    ERRANDS,
    IDLE_S,
    LONGEST_CODE,
    QUIET_S,
    SHOWN_S,
    SLOW_S,
    TREMOR_S,
    Asked,
    Given,
    Home,
    Journey,
    Paper,
    Print,
    Trouble,
    Typing,
    Waiting,
)
from kiosk.look import PLAIN, Look
from kiosk.offer import Offer


def service(id: str, letter: str) -> ServiceInfo:  # noqa: A002
    return ServiceInfo(id, letter, {"vi": f"Việc {letter}"}, {}, "document", {})


def queue(service: str, *, taking: bool = True) -> QueueState:
    return QueueState(Rev("e", 1), service, waiting=4, serving=1, issued=9, wait=Wait(5, 10), taking=taking)


OFFER = Offer(
    title={"vi": "Trung tâm Phục vụ hành chính công"},
    name={"vi": "Phường Tân Lập"},
    languages=("vi", "en", "rad"),
    priority=True,
    appointments=True,
    services=(service("ho-tich", "A"), service("dat-dai", "B"), service("thue", "F")),
    queues={"ho-tich": queue("ho-tich"), "thue": queue("thue", taking=False)},
)


def ticket(label: str = "A012", *, language: str = "vi") -> Ticket:
    at = datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
    return Ticket(
        f"2026-11-22-{label}", label, "ho-tich", "ordinary", language, at, 4, Wait(5, 10), {"vi": "Quầy 1"}
    )


class Citizen:
    """Someone before a kiosk: every touch and wait goes through the one journey."""

    def __init__(self, offer: Offer = OFFER) -> None:
        self.offer = offer
        self.journey = Journey()
        self.now = 100.0
        self.asked: list[Asked] = []
        self.printed: list[Ticket] = []

    def touch(self, target: str) -> None:
        self.journey, asked = self.journey.touch(target, offer=self.offer, request=uuid4(), now=self.now)
        if asked:
            self.asked.append(asked)

    @property
    def taken(self) -> list[Take]:
        return [each for each in self.asked if isinstance(each, Take)]

    def type(self, code: str) -> None:
        for letter in code:
            self.wait(0.3)
            self.touch(f"key:{letter}")

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.journey = self.journey.passed(self.now)

    def answer(self, outcome: Ticket | LuotError, request: UUID | None = None) -> None:
        request = request or self.asked[-1].request
        self.journey, effect = self.journey.answer(request, outcome, self.now)
        if effect:
            self.printed.append(effect.ticket)

    def paper(self, outcome: Paper, ticket: str = "2026-11-22-A012") -> None:
        self.journey = self.journey.paper(ticket, outcome, self.now)


def test_two_touches_give_a_number_in_the_chosen_language() -> None:
    citizen = Citizen()
    citizen.touch("language:en")
    citizen.wait(1)
    citizen.touch("service:ho-tich")
    (take,) = citizen.taken
    assert (take.service, take.category, take.language) == ("ho-tich", "ordinary", "en")
    citizen.answer(ticket(language="en"))
    assert citizen.journey.page == Given(ticket(language="en"))
    assert citizen.printed == [ticket(language="en")]


def test_a_double_touch_gives_one_ticket() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.wait(0.2)
    citizen.touch("service:ho-tich")
    citizen.touch("service:dat-dai")
    citizen.answer(ticket())
    citizen.touch("done")  # the finger is still tapping where the button now is
    assert len(citizen.taken) == 1
    assert isinstance(citizen.journey.page, Given)


def test_a_tap_that_ends_the_ticket_page_does_not_choose_the_card_beneath() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(ticket())
    citizen.wait(2 * QUIET_S)
    citizen.touch("done")
    assert citizen.journey.page == Home()
    citizen.touch("service:dat-dai")
    assert len(citizen.taken) == 1
    citizen.wait(2 * QUIET_S)
    citizen.touch("service:dat-dai")
    assert len(citizen.taken) == 2


def test_a_quick_answer_needs_no_waiting_page_and_a_slow_one_is_told() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.wait(SLOW_S / 2)
    assert isinstance(citizen.journey.page, Waiting)
    assert not citizen.journey.page.slow
    citizen.wait(SLOW_S)
    assert isinstance(citizen.journey.page, Waiting)
    assert citizen.journey.page.slow


def test_a_late_answer_is_let_go() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(Unreachable("The hub did not answer take in time."))
    assert citizen.journey.page == Trouble("no-answer", "ho-tich")
    citizen.answer(ticket())
    assert citizen.journey.page == Trouble("no-answer", "ho-tich")
    assert citizen.printed == []


def test_the_answer_to_an_earlier_person_is_not_shown_to_the_next() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(Unreachable("too late"))
    earlier = citizen.taken[0].request
    citizen.wait(SHOWN_S["printed"] * 10)
    citizen.wait(2 * QUIET_S)
    citizen.touch("service:dat-dai")
    citizen.answer(ticket(), earlier)
    assert isinstance(citizen.journey.page, Waiting)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Unreachable("late"), "no-answer"),
        (Refused("not-taking", "full"), "not-taking"),
        (Refused("unknown-service", "gone"), "not-taking"),
        (Refused("day-closed", "closed"), "closed"),
        (Refused("void", "given up before"), "refused"),
        (LuotError("cannot write"), "disk"),
    ],
)
def test_every_error_leads_to_a_page_that_ends_by_itself(error: LuotError, why: str) -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(error)
    assert isinstance(citizen.journey.page, Trouble)
    assert citizen.journey.page.why == why
    assert citizen.journey.left(citizen.now)
    citizen.wait(120)
    assert isinstance(citizen.journey.page, Home)


def test_a_service_that_takes_nobody_says_why_and_asks_nothing_of_the_hub() -> None:
    citizen = Citizen()
    citizen.touch("service:thue")
    assert citizen.journey.page == Trouble("not-taking", "thue")
    assert citizen.taken == []


def test_a_closed_centre_says_so() -> None:
    citizen = Citizen(replace(OFFER, open=False))
    citizen.touch("service:ho-tich")
    assert citizen.journey.page == Trouble("closed", "ho-tich")
    assert citizen.taken == []


def test_a_centre_without_a_category_for_all_offers_no_priority() -> None:
    citizen = Citizen(replace(OFFER, priority=False))
    citizen.touch("priority")
    assert citizen.journey == Journey()


def test_failure_10_without_hub_and_lease_no_number_is_asked_for_and_the_page_says_so() -> None:
    citizen = Citizen(replace(OFFER, reached=False, queues={}, reserve=frozenset({"dat-dai"})))
    citizen.touch("service:ho-tich")
    assert citizen.journey.page == Trouble("no-answer", "ho-tich")
    citizen.wait(2 * QUIET_S)
    citizen.touch("done")
    citizen.wait(2 * QUIET_S)
    citizen.touch("service:dat-dai")
    (take,) = citizen.taken
    assert take.service == "dat-dai"


def test_nothing_can_be_asked_before_the_hub_has_spoken() -> None:
    citizen = Citizen(Offer())
    citizen.touch("service:ho-tich")
    citizen.touch("language:en")
    assert citizen.journey == Journey()


def test_priority_holds_for_the_next_number_only() -> None:
    citizen = Citizen()
    citizen.touch("priority")
    assert citizen.journey.page == Home("priority")
    citizen.wait(1)
    citizen.touch("service:dat-dai")
    assert citizen.taken[0].category == "priority"
    citizen.answer(ticket())
    citizen.wait(1)
    citizen.touch("done")
    assert citizen.journey.page == Home("ordinary")


def test_a_second_touch_on_priority_takes_it_back() -> None:
    citizen = Citizen()
    citizen.touch("priority")
    citizen.wait(1)
    citizen.touch("priority")
    assert citizen.journey.page == Home("ordinary")


def test_a_choice_left_behind_is_forgotten() -> None:
    citizen = Citizen()
    citizen.touch("language:en")
    citizen.wait(1)
    citizen.touch("priority")
    citizen.wait(IDLE_S)
    assert (citizen.journey.page, citizen.journey.language) == (Home("ordinary"), "vi")


def test_the_next_person_is_greeted_in_vietnamese() -> None:
    citizen = Citizen()
    citizen.touch("language:rad")
    citizen.wait(1)
    citizen.touch("service:ho-tich")
    citizen.answer(ticket(language="rad"))
    assert citizen.journey.language == "rad"
    citizen.wait(1)
    citizen.touch("done")
    assert citizen.journey.language == "vi"


def test_the_ticket_page_ends_by_itself_once_the_paper_is_out() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(ticket())
    citizen.wait(5)
    assert citizen.journey.left(citizen.now) is None  # nothing to count while it prints
    citizen.paper("printed")
    assert citizen.journey.left(citizen.now) == SHOWN_S["printed"]
    citizen.wait(SHOWN_S["printed"] - 0.5)
    assert citizen.journey.left(citizen.now) == 1
    citizen.wait(0.5)
    assert citizen.journey.page == Home()


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_without_paper_the_number_stays_longer(outcome: Paper) -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(ticket())
    citizen.paper(outcome)
    citizen.wait(SHOWN_S["printed"] * 2)
    assert citizen.journey.page == Given(ticket(), outcome)


def test_the_paper_of_an_earlier_ticket_changes_nothing() -> None:
    citizen = Citizen()
    citizen.touch("service:ho-tich")
    citizen.answer(ticket("A013"))
    citizen.paper("failed", "2026-11-22-A012")
    assert citizen.journey.page == Given(ticket("A013"))


def test_a_group_opens_by_one_touch_and_what_was_chosen_before_holds() -> None:
    citizen = Citizen(replace(OFFER, groups=(GroupInfo("home", {"vi": "Nhà đất"}, "house"),)))
    for target in ("language:en", "priority", "more", "group:home"):
        citizen.touch(target)
        citizen.wait(1)
    assert citizen.journey.page == Home("priority", group="home")
    citizen.touch("back")
    assert citizen.journey.page == Home("priority")
    citizen.wait(1)
    citizen.touch("group:home")
    citizen.wait(1)
    citizen.touch("service:dat-dai")
    (take,) = citizen.taken
    assert (take.service, take.category, take.language) == ("dat-dai", "priority", "en")


def test_a_group_that_somebody_left_open_closes_by_itself() -> None:
    citizen = Citizen(replace(OFFER, groups=(GroupInfo("home", {"vi": "Nhà đất"}, "house"),)))
    citizen.touch("group:gone")
    assert citizen.journey == Journey()
    citizen.touch("group:home")
    citizen.wait(IDLE_S)
    assert citizen.journey.page == Home()


def with_errands(*services: str) -> Citizen:
    """Who said that there are several, and touched them in this order."""
    citizen = Citizen(EASY)
    citizen.touch("errands")
    for service in services:
        citizen.wait(1)
        citizen.touch(f"service:{service}")
    citizen.wait(1)
    return citizen


EASY = replace(OFFER, queues={})


def test_several_errands_go_on_one_number_in_the_order_in_which_they_were_touched() -> None:
    citizen = with_errands("thue", "ho-tich", "dat-dai")
    assert citizen.taken == []
    citizen.touch("send")
    (take,) = citizen.taken
    assert (take.service, take.then) == ("thue", ("ho-tich", "dat-dai"))
    citizen.answer(ticket())
    assert citizen.journey.page == Given(ticket())


def test_an_errand_touched_again_is_taken_away() -> None:
    citizen = with_errands("thue", "ho-tich", "thue")
    citizen.touch("send")
    (take,) = citizen.taken
    assert (take.service, take.then) == ("ho-tich", ())


def test_without_an_errand_there_is_no_number_and_the_way_back_is_one_touch() -> None:
    citizen = with_errands()
    citizen.touch("send")
    assert citizen.taken == []
    citizen.touch("done")
    assert citizen.journey.page == Home()


def test_a_number_is_for_as_many_errands_as_the_hub_takes() -> None:
    page = Home(errands=())
    for number in range(ERRANDS + 2):
        page = page.with_errand(f"service-{number}")
    assert page.errands == ("service-0", "service-1", "service-2", "service-3")
    first, *then = page.errands
    assert read(encode(Take(uuid4(), first, then=tuple(then))), Take)


def test_an_errand_of_which_no_number_is_to_be_had_is_not_chosen() -> None:
    citizen = with_errands("ho-tich")
    citizen.offer = OFFER
    citizen.touch("service:thue")
    assert citizen.journey.page == Home(errands=("ho-tich",))


def test_an_errand_that_is_shut_meanwhile_is_named_and_can_be_taken_away() -> None:
    citizen = with_errands("ho-tich", "thue")
    citizen.offer = OFFER
    citizen.touch("send")
    assert citizen.taken == []
    assert citizen.journey.page == Trouble("not-taking", "thue")

    citizen = with_errands("ho-tich", "thue")
    citizen.offer = OFFER
    citizen.touch("service:thue")
    assert citizen.journey.page == Home(errands=("ho-tich",))


def test_a_number_of_our_own_is_enough_for_all_errands() -> None:
    citizen = with_errands("ho-tich", "dat-dai")
    citizen.offer = replace(EASY, reached=False, reserve=frozenset({"ho-tich"}))
    citizen.touch("send")
    (take,) = citizen.taken
    assert (take.service, take.then) == ("ho-tich", ("dat-dai",))


def test_errands_and_priority_are_offered_only_where_they_can_be_had() -> None:
    assert replace(OFFER, queues={"thue": queue("thue", taking=False)}).errands
    shut = {each: queue(each, taking=False) for each in ("thue", "dat-dai")}
    one = replace(OFFER, queues=shut)
    assert (one.errands, one.priorities) == (False, True)
    assert not replace(OFFER, reached=False).priorities  # and none of our own


def checking_in(code: str = "K7M2QX") -> Citizen:
    """Who typed a code and sent it."""
    citizen = Citizen()
    citizen.touch("check-in")
    citizen.wait(2 * QUIET_S)
    citizen.type(code)
    citizen.touch("send")
    return citizen


def test_the_code_of_an_appointment_becomes_a_number() -> None:
    citizen = checking_in("K7M2QX")
    (asked,) = citizen.asked
    assert isinstance(asked, CheckIn)
    assert (asked.code, asked.language) == ("K7M2QX", "vi")
    citizen.answer(ticket())
    assert citizen.journey.page == Given(ticket())
    assert citizen.printed == [ticket()]


def test_a_code_is_mended_and_no_longer_than_there_are() -> None:
    citizen = Citizen()
    citizen.touch("check-in")
    citizen.wait(2 * QUIET_S)
    citizen.type("K7N")
    citizen.touch("erase")
    citizen.touch("send")
    assert citizen.asked == []  # too short to be one
    citizen.type("-")
    citizen.touch("send")
    assert citizen.asked == []  # none ends so
    citizen.type("210519-0013." + "7" * LONGEST_CODE)
    assert isinstance(citizen.journey.page, Typing)
    assert citizen.journey.page.code == "K7-210519-0013.".ljust(LONGEST_CODE, "7")


def test_a_trembling_finger_types_a_letter_once() -> None:
    citizen = Citizen()
    citizen.touch("check-in")
    citizen.wait(2 * QUIET_S)
    citizen.touch("key:A")
    citizen.wait(TREMOR_S / 2)
    citizen.touch("key:A")
    citizen.touch("key:B")
    citizen.wait(2 * TREMOR_S)
    citizen.touch("key:B")
    assert isinstance(citizen.journey.page, Typing)
    assert citizen.journey.page.code == "ABB"


@pytest.mark.parametrize(
    ("error", "page"),
    [
        (Refused("unknown-ticket", "none"), Typing("K7M2QX", unknown=True)),
        (Refused("conflict", "given", state="A012"), Trouble("has-number", label="A012")),
        (Refused("conflict", "another day"), Trouble("other-day")),
        (Refused("not-taking", "shut"), Trouble("not-taking")),
        (Refused("day-closed", "closed"), Trouble("closed")),
        (Unreachable("late"), Trouble("no-answer")),
        (LuotError("cannot write"), Trouble("disk")),
    ],
)
def test_every_refusal_of_a_code_says_what_it_is(error: LuotError, page: object) -> None:
    citizen = checking_in()
    citizen.answer(error)
    assert citizen.journey.page == page
    citizen.wait(120)
    assert citizen.journey.page == Home()


def test_a_code_left_behind_is_forgotten_and_the_page_counts_down_to_it() -> None:
    citizen = Citizen()
    citizen.touch("check-in")
    citizen.wait(IDLE_S - 5)
    citizen.touch("key:K")
    assert citizen.journey.left(citizen.now) == IDLE_S
    citizen.wait(IDLE_S)
    assert citizen.journey.page == Home()


def test_without_the_hub_nobody_is_asked_for_a_code() -> None:
    citizen = Citizen(replace(OFFER, reached=False))
    citizen.touch("check-in")
    assert citizen.journey == Journey()


def test_a_look_is_kept_for_this_citizen_only() -> None:
    citizen = Citizen()
    for name in ("large", "low"):
        citizen.touch(f"look:{name}")
        citizen.wait(1)
    citizen.touch("service:ho-tich")
    citizen.answer(ticket())
    assert citizen.journey.look == Look(large=True, low=True)
    citizen.wait(1)
    citizen.touch("done")
    assert citizen.journey.look == PLAIN


def test_a_second_touch_takes_a_look_back() -> None:
    look = PLAIN
    for name, expected in (
        ("contrast", Look(contrast=True)),
        ("clear", Look(large=True, contrast=True)),
        ("clear", PLAIN),
    ):
        look = look.turned(name)
        assert look == expected


def test_the_start_page_counts_down_before_it_forgets_what_was_chosen() -> None:
    citizen = Citizen()
    citizen.touch("language:en")
    assert citizen.journey.left(citizen.now) is None  # nobody is hurried
    citizen.wait(IDLE_S - 5)
    assert citizen.journey.left(citizen.now) == 5
    citizen.touch("look:large")
    assert citizen.journey.left(citizen.now) is None
    assert Journey().left(citizen.now) is None


TARGETS = (
    "service:ho-tich", "service:dat-dai", "service:thue", "language:en", "look:large", "more", "priority",
    "done", "check-in", "key:A", "erase", "send", "errands", "group:home", "back", "nothing",
)  # fmt: skip
ACTS = st.one_of(
    st.tuples(st.just("touch"), st.sampled_from(TARGETS)),
    st.tuples(st.just("wait"), st.floats(0, 5)),
    st.tuples(st.just("answer"), st.sampled_from(("ticket", "refused", "unreachable"))),
    st.tuples(st.just("paper"), st.sampled_from(("printed", "unknown", "failed", "sent"))),
)


@given(st.lists(ACTS, max_size=60))
def test_a_storm_of_touches_never_has_two_takes_under_way(acts: list[tuple[str, object]]) -> None:
    journey, now, count = Journey(), 0.0, 0
    under_way: Asked | None = None
    for act, what in acts:
        effect: Asked | Print | None = None
        match act:
            case "touch":
                request = uuid4()
                journey, effect = journey.touch(str(what), offer=OFFER, request=request, now=now)
                if effect is not None:
                    assert under_way is None, "a second take while the first is under way"
                    assert effect.request == request
                    under_way = effect
            case "wait":
                now += float(str(what))
                journey = journey.passed(now)
            case "answer" if under_way is not None:
                count += 1
                given = ticket(f"A{count:03}")
                outcome: dict[object, Ticket | LuotError] = {
                    "ticket": given,
                    "refused": Refused("not-taking", ""),
                    "unreachable": Unreachable(""),
                }
                journey, effect = journey.answer(under_way.request, outcome[what], now)
                assert effect == (Print(given) if what == "ticket" else None)
                under_way = None
            case "paper" if isinstance(journey.page, Given):
                journey = journey.paper(journey.page.ticket.id, what, now)  # type: ignore[arg-type]
        assert isinstance(journey.page, Waiting) == (under_way is not None)
    if under_way is not None:  # the asker always answers, and then the page ends by itself
        journey, _ = journey.answer(under_way.request, Unreachable(""), now)
    assert journey.passed(now + 1000).page == Home()
