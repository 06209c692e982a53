"""What an issuer must not forget: through power cuts, a full disk, a lost hub and a restored one."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from bus.asks import MAX_REQUEST_BYTES, Take
from bus.disk import DiskFault
from bus.memory import FILE, FIRST, KEPT, STEPS, Memory
from bus.messages import Rev, encode
from config.clock import FakeClock
from config.errors import Refused, Unreachable
from tests.issuing import (
    CATALOG,
    TODAY,
    TOMORROW,
    YESTERDAY,
    adoption,
    give,
    given_up,
    lease,
    memory_in,
    power_cut,
    range_,
    take,
    taken_over,
    tell,
    ticket,
    unwritable,
)
from tests.paper import CENTER


def test_a_take_is_on_disk_before_it_is_sent(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path / "kiosk"), take()
    memory.begin(request.request)
    assert given_up(power_cut(tmp_path / "kiosk", tmp_path / "after")) == {request.request}


def test_failure_09_after_a_restart_an_open_take_is_given_up_until_the_hub_has_heard_of_it(
    tmp_path: Path,
) -> None:
    memory, request = memory_in(tmp_path), take()
    memory.begin(request.request)
    memory.close()
    again = memory_in(tmp_path)
    adopt = adoption(again)
    assert adopt.given_up == (request.request,)
    again.close()
    assert given_up(again) == {request.request}  # nothing answered yet
    assert again.adopted(adopt, taken_over(adopt))
    again.close()
    assert again.adopt(uuid4(), whole=False) is None


def test_failure_09_an_answer_that_comes_after_a_restart_is_refused(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path), take()
    memory.begin(request.request)
    memory.close()
    with pytest.raises(DiskFault):
        memory.end(request.request, ticket("A012"))


def test_no_answer_is_given_up_and_a_refusal_is_not(tmp_path: Path) -> None:
    memory, late, refused = memory_in(tmp_path), take(), take()
    memory.begin(late.request)
    memory.end(late.request, Unreachable("The hub did not answer."))
    memory.begin(refused.request)
    memory.end(refused.request, Refused("not-taking", "The service takes nobody."))
    assert given_up(memory) == {late.request}


def test_an_open_take_is_not_given_up_while_the_kiosk_lives(tmp_path: Path) -> None:
    memory = memory_in(tmp_path)
    memory.begin(take().request)
    assert memory.adopt(uuid4(), whole=False) is None


def test_failure_18_what_became_of_the_paper_is_told_until_the_hub_answers(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path), take()
    memory.begin(request.request)
    memory.end(request.request, ticket("A012"))
    assert memory.fact() is None
    memory.delivered("2026-11-22-A012", "printed")
    fact = memory.fact()
    assert fact is not None
    assert (fact.ticket, fact.outcome) == ("2026-11-22-A012", "printed")
    memory.close()
    assert memory.fact() == fact  # under the same id, so that the hub counts it once
    memory.told(fact)
    assert memory.fact() is None


def test_paper_that_a_power_cut_left_under_way_is_unknown(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path / "kiosk"), take()
    memory.begin(request.request)
    memory.end(request.request, ticket("A012"))
    fact = power_cut(tmp_path / "kiosk", tmp_path / "after").fact()
    assert fact is not None
    assert (fact.ticket, fact.outcome) == ("2026-11-22-A012", "unknown")


def test_the_first_word_on_the_paper_stays(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path), take()
    memory.begin(request.request)
    memory.end(request.request, ticket("A012"))
    memory.delivered("2026-11-22-A012", "failed")
    memory.delivered("2026-11-22-A012", "printed")
    fact = memory.fact()
    assert fact is not None
    assert fact.outcome == "failed"


def test_failure_22_a_disk_that_cannot_be_written_stops_the_take_before_it_is_sent(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path), take()
    memory.begin(take().request)
    with unwritable(tmp_path), pytest.raises(DiskFault) as fault:
        memory.begin(request.request)
    assert FILE in fault.value.message
    assert fault.value.hint
    memory.begin(request.request)  # the disk is well again
    assert request.request not in given_up(memory)


def test_an_answer_that_cannot_be_written_ends_as_given_up(tmp_path: Path) -> None:
    memory, request = memory_in(tmp_path), take()
    memory.begin(request.request)
    with unwritable(tmp_path), pytest.raises(DiskFault):
        memory.end(request.request, ticket("A012"))
    assert given_up(memory) == {request.request}


def test_a_folder_that_cannot_be_made_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskFault):
        memory_in(tmp_path / "file").begin(take().request)


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"garbage" * 1000)
    with pytest.raises(DiskFault):
        memory_in(tmp_path).begin(take().request)


def test_a_file_of_the_version_before_is_carried_over(tmp_path: Path) -> None:
    request, clock = uuid4(), FakeClock()
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.executescript(FIRST)
        old.execute(
            "INSERT INTO ticket (request, day, label, service, category, language, people, ran, told)"
            " VALUES (?, '2026-11-22', 'A800', 'ho-tich', 'ordinary', 'vi', 1, 0, 0)",
            (str(request),),
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()
    memory = memory_in(tmp_path, clock)
    (issued,) = adoption(memory).tickets
    assert (issued.request, issued.label, issued.then) == (request, "A800", ())
    memory.close()
    assert adoption(memory_in(tmp_path, clock)).tickets == (issued,)


def test_a_file_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(DiskFault, match=f"version {len(STEPS) + 1}") as fault:
        memory_in(tmp_path).begin(uuid4())
    assert "newer program" in fault.value.hint
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_what_is_long_over_is_let_go_and_what_is_untold_stays(tmp_path: Path) -> None:
    memory, untold = memory_in(tmp_path), take()
    memory.begin(untold.request)
    memory.end(untold.request, Unreachable("late"))
    memory.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        rows = [(str(uuid4()),) for _ in range(KEPT + 100)]
        database.executemany("INSERT INTO ask VALUES (?, 'refused', 0)", rows)
    assert given_up(memory) == {untold.request}
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT count(*) FROM ask").fetchone() == (KEPT + 1,)


def test_failure_09_an_own_number_is_given_as_its_request_is_given_up(tmp_path: Path) -> None:
    memory, asked = memory_in(tmp_path / "kiosk"), take()
    lease(memory, range_(800, 809))
    memory.begin(asked.request)
    assert memory.give(asked) == ("2026-11-22", "A800")
    for each in (memory, power_cut(tmp_path / "kiosk", tmp_path / "after")):
        adopt = adoption(each)
        assert adopt.given_up == (asked.request,)
        (issued,) = adopt.tickets
        assert (issued.label, issued.service, issued.day) == ("A800", "ho-tich", TODAY)
        assert issued.request != asked.request  # what was given up stays void
        assert give(each) == "A801"


def test_further_errands_are_told_with_the_number_though_the_power_was_cut(tmp_path: Path) -> None:
    memory = memory_in(tmp_path)
    lease(memory, range_(800, 804))
    asked = structs.replace(take(), then=("dat-dai", "thue"))
    memory.begin(asked.request)
    assert memory.give(asked)
    memory.close()
    (told,) = adoption(memory_in(tmp_path)).tickets
    assert (told.service, told.then) == (asked.service, ("dat-dai", "thue"))


def test_failure_10_numbers_come_from_leases_alone_each_once_the_earliest_day_first(tmp_path: Path) -> None:
    memory = memory_in(tmp_path)
    assert give(memory) is None
    lease(memory, range_(810, 811, TOMORROW), range_(998, 999), range_(900, 900, service="thue", letter="F"))
    assert memory.reserve.services() == {"ho-tich", "thue"}
    assert [give(memory) for _ in range(5)] == ["A998", "A999", "A810", "A811", None]
    assert memory.reserve.services() == {"thue"}


def test_failure_10_a_lease_that_is_granted_again_goes_on_where_it_was(tmp_path: Path) -> None:
    memory = memory_in(tmp_path)
    lease(memory, range_(800, 809), range_(900, 909, TOMORROW))
    assert give(memory) == "A800"
    lease(memory, range_(910, 919, TOMORROW))
    assert give(memory) == "A910"  # what is not listed any more is over
    lease(memory, range_(800, 809), range_(910, 919, TOMORROW))
    assert [give(memory), give(memory)] == ["A801", "A802"]
    assert memory.lease().holds == (range_(910, 919, TOMORROW), range_(800, 809))


def test_failure_10_a_card_in_another_computer_is_a_new_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = memory_in(tmp_path / "kiosk")
    lease(memory, range_(800, 809))
    assert give(memory) == "A800"
    install = memory.lease().install
    monkeypatch.setattr("bus.install.board", lambda: "another")
    clone = power_cut(tmp_path / "kiosk", tmp_path / "clone")
    assert give(clone) is None
    assert clone.lease().install not in (install, UUID(int=0))
    assert [each.label for each in adoption(clone).tickets] == ["A800"]  # a person may have it
    assert power_cut(tmp_path / "clone", tmp_path / "again").lease().install == clone.lease().install
    assert give(memory) == "A801"


def test_failure_11_age_and_order_are_told_and_no_clock_ends_a_lease(tmp_path: Path) -> None:
    clock = FakeClock()
    memory = memory_in(tmp_path / "kiosk", clock)
    lease(memory, range_(800, 809))
    give(memory)
    clock.advance(600)
    clock.jump(-50 * 365 * 86400)
    give(memory)
    clock.power_cut(5 * 3600)
    after = power_cut(tmp_path / "kiosk", tmp_path / "after", clock)
    clock.advance(60)
    assert give(after) == "A802"
    tickets = adoption(after).tickets
    assert [each.label for each in sorted(tickets, key=lambda each: each.order)] == ["A800", "A801", "A802"]
    assert [each.age_s for each in tickets] == [670, 70, 0]  # what it was without power is not known


def test_failure_13_a_restored_hub_hears_of_all_that_was_given_today(tmp_path: Path) -> None:
    clock = FakeClock()
    memory = memory_in(tmp_path, clock)
    yesterday, lost = take(), take()
    memory.begin(yesterday.request)
    memory.end(yesterday.request, ticket("A900", YESTERDAY))
    clock.advance(15 * 3600)
    own, hubs = [], []
    for number in range(60):
        asked = take()
        memory.begin(asked.request)
        memory.end(asked.request, ticket(f"A{number:03}"))
        hubs.append(f"A{number:03}")
    memory.begin(lost.request)
    memory.end(lost.request, Unreachable("late"))
    lease(memory, range_(800, 809, YESTERDAY))  # no other has come since
    own.append(give(memory))
    tell(memory)
    assert memory.adopt(uuid4(), whole=False) is None

    memory.tell_again(TODAY)
    first = adoption(memory, whole=True)
    assert (len(first.tickets), first.whole, first.leases) == (50, False, (range_(800, 809, YESTERDAY),))
    assert lost.request in first.given_up
    assert first.install == memory.lease().install
    memory.adopted(first, taken_over(first))
    second = adoption(memory, whole=True)
    assert second.whole
    memory.adopted(second, taken_over(second))
    assert [each.label for each in first.tickets + second.tickets] == hubs + own
    assert adoption(memory, whole=True).tickets == ()  # told once more that this is all


def test_failure_13_a_label_of_two_days_is_told_twice(tmp_path: Path) -> None:
    """In the night after a restore: the second one goes with another portion."""
    memory = memory_in(tmp_path)
    for day in (YESTERDAY, TODAY):
        for number in range(40):
            asked = take()
            memory.begin(asked.request)
            memory.end(asked.request, ticket(f"A{number:03}", day))
    memory.tell_again(TODAY)
    told = []
    while adopt := memory.adopt(uuid4(), whole=False):
        told += [(each.day, each.label) for each in adopt.tickets]
        memory.adopted(adopt, taken_over(adopt))
    assert told == [(day, f"A{number:03}") for day in (YESTERDAY, TODAY) for number in range(40)]


def test_failure_13_the_newest_revision_is_kept_and_an_epoch_of_before_does_not_replace_it(
    tmp_path: Path,
) -> None:
    memory = memory_in(tmp_path)
    assert memory.lease().seen is None
    for rev in (Rev("one", 7), Rev("one", 9), Rev("two", 5), Rev("two", 4), Rev("", 0)):
        memory.saw(rev)
    memory.begin(uuid4())
    memory.close()
    memory.saw(Rev("one", 8))  # the hub with its restored journal
    assert memory.lease().seen == Rev("two", 5)
    assert adoption(memory).seen == Rev("two", 5)
    memory.saw(Rev("three", 8))
    assert memory.lease().seen == Rev("three", 8)


def test_failure_18_what_is_told_goes_in_portions_and_fits_into_a_request(tmp_path: Path) -> None:
    memory = memory_in(tmp_path)
    service = "a" * 32
    lease(memory, *(range_(10 * n, 10 * n + 9, service=service) for n in range(210)))
    for _ in range(250):
        asked = take(service)
        memory.begin(asked.request)
        memory.give(Take(asked.request, service, "b" * 32, then=(service,) * 3))
    request, told = uuid4(), []
    while adopt := memory.adopt(request, whole=False):
        assert len(encode(adopt)) <= MAX_REQUEST_BYTES
        told.append((len(adopt.given_up), len(adopt.tickets)))
        assert memory.adopt(request, whole=False) == adopt  # the same until it is answered
        assert memory.adopted(adopt, taken_over(adopt))
        assert not memory.adopted(adopt, taken_over(adopt))
        request = uuid4()
    assert told == [(200, 50), (50, 50), (0, 50), (0, 50), (0, 50)]


def test_failure_22_a_disk_that_cannot_be_written_gives_no_number_of_our_own(tmp_path: Path) -> None:
    memory, asked = memory_in(tmp_path), take()
    lease(memory, range_(800, 809))
    memory.begin(asked.request)
    with unwritable(tmp_path), pytest.raises(DiskFault):
        memory.give(asked)
    assert given_up(memory) == {asked.request}
    assert give(memory) == "A800"


def test_failure_24_a_folder_that_a_power_cut_empties_holds_no_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("27 1 0:25 / / rw,relatime - overlay overlay rw\n")
    monkeypatch.setattr("bus.folder.MOUNTS", mounts)
    with pytest.raises(DiskFault) as fault:
        Memory(tmp_path / "kiosk", FakeClock()).begin(uuid4())
    assert fault.value.hint


def test_an_own_ticket_is_known_to_the_hub_before_its_paper_is_told(tmp_path: Path) -> None:
    memory = memory_in(tmp_path)
    lease(memory, range_(800, 809))
    give(memory)
    memory.delivered("2026-11-22-A800", "printed")
    assert memory.fact() is None
    tell(memory)
    fact = memory.fact()
    assert fact is not None
    assert (fact.ticket, fact.outcome) == ("2026-11-22-A800", "printed")


def test_how_a_request_ended_can_be_asked(tmp_path: Path) -> None:
    memory, asked = memory_in(tmp_path), take()
    assert memory.ended(asked.request) is None
    memory.begin(asked.request)
    assert memory.ended(asked.request) == "open"
    memory.end(asked.request, ticket("A012"))
    assert memory.ended(asked.request) == "ticket"


def test_the_words_of_the_centre_are_kept_with_its_leases(tmp_path: Path) -> None:
    memory = memory_in(tmp_path / "kiosk")
    assert memory.reserve.words() is None
    lease(memory, range_(800, 809))
    after = power_cut(tmp_path / "kiosk", tmp_path / "after")
    assert after.reserve.words() == (CENTER, CATALOG)
    with sqlite3.connect(tmp_path / "after" / FILE) as database:
        database.execute("UPDATE words SET catalog = '{\"services\": 1}'")  # of another version
    assert after.reserve.words() is None
