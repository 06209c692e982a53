"""A ticket that is printed once more: by staff at the kiosk or by a technician, marked, never by itself."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bus.answers import Answer
from bus.device import Received
from bus.device_asks import Print
from bus.messages import encode
from bus.topics import DEVICE_ASK, DEVICE_REPLY
from center.broker import PrivateBroker
from config.errors import Refused
from demo.member import Member
from kiosk.journey import Given
from kiosk.papers import FILE, KEPT, OFFERED, Papers
from tests.booth import Booth
from tests.issuing import TODAY
from tests.paper import is_marked, ticket


def take(booth: Booth, outcome: str) -> str:
    """Somebody takes a number; its id, once this became of its paper."""
    booth.touch("service:ho-tich")
    given = booth.arrives(Given)
    booth.until(outcome, lambda: isinstance(booth.page, Given) and booth.page.paper == outcome)
    booth.touch("done")
    return given.ticket.id


def test_staff_print_the_last_ticket_again_and_only_the_second_paper_is_marked(booth: Booth) -> None:
    id = take(booth, "printed")  # noqa: A001
    booth.open_corner()
    booth.touch(f"print:{id}")
    booth.until("the second paper", lambda: len(booth.paper.tickets) == 2)
    assert [is_marked(each) for each in booth.paper.tickets] == [False, True]
    booth.until("its end", lambda: "Đã xong." in str(booth.kiosk.corner.page))


def test_what_never_came_out_is_offered_also_after_a_restart(booth: Booth) -> None:
    booth.paper.take_paper_out()
    booth.until("the printer's word", lambda: not booth.kiosk.printer.state.can_print)
    failed = [take(booth, "failed") for _ in range(2)]
    booth.paper.load_paper()
    booth.stop()
    booth.start()
    assert booth.paper.tickets == []  # nothing by itself
    booth.open_corner()
    assert {f"print:{each}" for each in failed} <= booth.targets.keys()
    booth.touch(f"print:{failed[0]}")
    booth.until("the paper", lambda: len(booth.paper.tickets) == 1)
    assert is_marked(booth.paper.tickets[0])
    booth.until("its end", lambda: f"print:{failed[0]}" not in booth.targets)
    assert f"print:{failed[1]}" in booth.targets


def test_a_technician_has_a_ticket_printed_once_however_often_it_is_asked(
    booth: Booth, broker: PrivateBroker, tmp_path: Path
) -> None:
    id = take(booth, "printed")  # noqa: A001
    with Member(broker, "guest-technician", "technician", tmp_path, topics=(DEVICE_REPLY,)) as technician:
        booth.until("the technician", lambda: technician.connected)

        def answer_to(request: Print) -> Answer:
            answers: list[Answer] = []

            def answered() -> bool:
                for news in technician.step(0):
                    if isinstance(news, Received) and isinstance(news.payload, Answer):
                        answers.append(news.payload)
                return bool(answers)

            center = broker.center.center
            technician.session.publish(
                DEVICE_ASK.path(center, device="kiosk-1", verb="print"),
                encode(request),
                reply_to=DEVICE_REPLY.path(center, device="kiosk-1", asker=technician.name),
            )
            booth.until("the answer", answered)
            return answers[0]

        request = Print(uuid4(), id)
        assert [answer_to(request).ok for _ in range(2)] == [True, True]
        assert [is_marked(each) for each in booth.paper.tickets] == [False, True]
        unknown = answer_to(Print(uuid4(), "2026-01-01-A001"))
        assert unknown.error is not None
        assert unknown.error.code == "unknown-ticket"


def test_papers_keep_the_last_ones_and_survive_a_damaged_file(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    for number in range(KEPT + 5):
        papers.begin(ticket(id=f"2026-11-22-A{number:03}", label=f"A{number:03}"))
    papers.end("2026-11-22-A010", "printed")
    again = Papers(tmp_path)
    again.open()
    with pytest.raises(Refused):
        again["2026-11-22-A004"]
    assert again["2026-11-22-A010"].outcome == "printed"
    assert [each.ticket.label for each in again.offered(TODAY)] == ["A022", "A023", "A024"][-OFFERED:]
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:100])
    Papers(tmp_path).open()


def test_when_all_came_out_the_last_one_is_offered(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    assert not papers.offered(TODAY)
    for label in ("A001", "A002"):
        papers.begin(ticket(id=f"2026-11-22-{label}", label=label))
        papers.end(f"2026-11-22-{label}", "sent")
    papers.begin(ticket(id="2026-11-22-A003", label="A003"))
    assert [each.ticket.label for each in papers.offered(TODAY)] == ["A002"]


def test_a_number_of_yesterday_is_not_offered_for_somebody_else_has_that_label_today(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    for day in (TODAY - timedelta(days=1), TODAY):
        papers.begin(ticket(id=f"{day}-A001", label="A001"))
        papers.end(f"{day}-A001", "failed")
    assert [each.ticket.id for each in papers.offered(TODAY)] == ["2026-11-22-A001"]
    assert papers.offered(TODAY + timedelta(days=1)) == ()
