"""The tortured centre: a short run of it, and that its checks and its faults can do what they are for."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest

from bench.books import Findings, Ledger, Paper, ToldCall, check_calls, check_papers, check_shown
from bench.child import Child
from bench.faults import KINDS
from bench.jumping_hub import JumpingClock, Shift
from bench.network import Network, Wire
from bench.shown import missing
from bench.torture import torture
from bus.events import (
    CounterOpened,
    DayOpened,
    Event,
    JournalEvent,
    RequestGivenUp,
    TicketAdopted,
    TicketCalled,
    TicketDelivered,
    TicketFinished,
    TicketIssued,
    TicketPresented,
)
from bus.messages import Board, Call, CounterState, QueueState, Rev
from bus.states import States
from config.clock import Clock

FAULTS, LEAST = 20, 11
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
DAY = "2026-11-23"
FIRST, SECOND = UUID(int=1), UUID(int=2)
PATIENCE_S = 30.0


def test_a_centre_under_torture_loses_nothing_and_gives_nothing_twice(tmp_path: Path) -> None:
    report = torture(tmp_path, FAULTS, seed=7, least=LEAST)
    assert report.findings == []
    figures = report.figures
    assert sum(figures.get(kind.replace(" ", "_"), 0) for kind in KINDS) == figures["faults"] == FAULTS
    assert all(figures[head] == 0 for head in ("lost", "twice", "double_calls", "unreconciled"))
    happened = [figures[each] for each in ("numbers_online", "numbers_offline", "calls")]
    assert min(happened) >= LEAST, "too little to show anything"


class TestTheBooks:
    """Each kind of mistake is found, under its own head, and a good day has none."""

    @pytest.fixture
    def ledger(self) -> Ledger:
        """Two people were given numbers; the first was called to counter 1."""
        ledger = Ledger(Findings())
        enter(ledger, issued("A001", FIRST), device="kiosk-1", request=FIRST)
        enter(ledger, issued("A002", SECOND), device="kiosk-1", request=SECOND)
        enter(ledger, CounterOpened("1", "an", ("civil",)))
        enter(ledger, TicketCalled(f"{DAY}-A001", "1", 1), device="bridge-1", request=FIRST)
        return ledger

    def test_a_good_day_has_no_findings(self, ledger: Ledger) -> None:
        check_papers(ledger, PAPERS)
        check_calls(ledger, [TOLD], [ANNOUNCED])
        check_shown(ledger, shown())
        assert ledger.findings == Findings()

    def test_a_number_that_was_printed_and_is_not_written_is_lost(self, ledger: Ledger) -> None:
        check_papers(ledger, [*PAPERS, Paper("kiosk-2", uuid4(), "B001", False)])
        assert ledger.findings == Findings(lost=["B001 of kiosk-2 is not in the journal"])

    def test_a_printed_number_that_was_made_void_is_lost(self, ledger: Ledger) -> None:
        enter(ledger, RequestGivenUp("kiosk-1", SECOND, f"{DAY}-A002"))
        check_papers(ledger, PAPERS)
        assert ledger.findings == Findings(lost=["A002 of kiosk-1 is void in the journal"])

    def test_a_number_that_a_day_change_expired_is_lost(self, ledger: Ledger) -> None:
        enter(ledger, DayOpened(AT.date() + timedelta(days=1), expired=(f"{DAY}-A002",)))
        check_papers(ledger, PAPERS)
        assert ledger.findings == Findings(lost=["A002 of kiosk-1 is expired in the journal"])

    def test_a_label_on_two_papers_is_there_twice(self, ledger: Ledger) -> None:
        check_papers(ledger, [*PAPERS, Paper("kiosk-1", SECOND, "A002", False)])
        assert ledger.findings == Findings(twice=["2 people hold A002"])

    def test_a_label_that_the_journal_gives_twice_is_found(self, ledger: Ledger) -> None:
        enter(ledger, issued("A002", uuid4(), day="2026-11-24"))
        assert len(ledger.findings.twice) == 1

    def test_a_number_that_nobody_holds_is_found_unless_its_kiosk_says_why(self, ledger: Ledger) -> None:
        check_papers(ledger, PAPERS[:1])
        assert ledger.findings == Findings(unreconciled=[f"nobody holds {DAY}-A002, and nobody says why"])
        ledger.findings.unreconciled.clear()
        enter(ledger, TicketDelivered(f"{DAY}-A002", "unknown"))
        check_papers(ledger, PAPERS[:1])
        assert ledger.findings == Findings()

    def test_a_number_of_another_kiosk_is_found(self, ledger: Ledger) -> None:
        check_papers(ledger, [PAPERS[0], Paper("kiosk-2", SECOND, "A002", False)])
        assert len(ledger.findings.unreconciled) == 1

    def test_a_number_called_before_its_kiosk_told_of_it_is_one_number(self, ledger: Ledger) -> None:
        enter(ledger, TicketPresented(f"{DAY}-A900", "A900", "civil", "1"))
        check_papers(ledger, [*PAPERS, Paper("kiosk-2", uuid4(), "A900", True)])
        assert len(ledger.findings.unreconciled) == 1, "its kiosk has not told of it"
        ledger.findings.unreconciled.clear()
        enter(ledger, adopted("A900"))
        check_papers(ledger, [*PAPERS, Paper("kiosk-2", uuid4(), "A900", True)])
        assert ledger.findings == Findings()

    def test_a_ticket_at_two_counters_is_a_double_call(self, ledger: Ledger) -> None:
        enter(ledger, TicketCalled(f"{DAY}-A001", "2", 2))
        assert ledger.findings == Findings(double_calls=[f"{DAY}-A001 is at 1, and 2 calls it"])

    def test_a_call_of_somebody_who_was_served_is_a_double_call(self, ledger: Ledger) -> None:
        enter(ledger, TicketFinished(f"{DAY}-A001", "1"))
        enter(ledger, TicketCalled(f"{DAY}-A001", "2", 2))
        assert ledger.findings == Findings(double_calls=[f"{DAY}-A001 is served, and 2 calls it"])

    def test_a_call_that_is_written_twice_is_found(self, ledger: Ledger) -> None:
        enter(ledger, TicketCalled(f"{DAY}-A001", "1", 1))
        assert len(ledger.findings.double_calls) == 1

    def test_a_call_that_a_clerk_was_told_of_and_is_not_written_is_found(self, ledger: Ledger) -> None:
        check_calls(ledger, [ToldCall("bridge-1", uuid4(), "1", 7, f"{DAY}-A001")], [])
        assert len(ledger.findings.double_calls) == 1

    def test_two_calls_for_one_turn_are_found(self, ledger: Ledger) -> None:
        check_calls(ledger, [TOLD, TOLD], [])
        assert ledger.findings == Findings(double_calls=["2 people were called to 1 for its turn 1"])

    def test_an_announcement_that_is_not_written_is_found(self, ledger: Ledger) -> None:
        check_calls(ledger, [], [Call(f"{DAY}-A002", 1, 9, "A002", "1", "1", {}, ("vi",))])
        assert len(ledger.findings.double_calls) == 1

    def test_a_counter_that_shows_another_ticket_is_found(self, ledger: Ledger) -> None:
        check_shown(ledger, shown(ticket=f"{DAY}-A002"))
        assert len(ledger.findings.unreconciled) == 1

    def test_a_queue_that_forgot_somebody_is_found(self, ledger: Ledger) -> None:
        check_shown(ledger, shown(waiting=0))
        assert ledger.findings == Findings(unreconciled=["0 are shown waiting, 1 do"])


def test_what_a_newcomer_is_not_told_is_named() -> None:
    states = shown()
    assert missing(states) == ["centre", "catalogue", "board"]
    states.board = Board(Rev("", 4), ())
    assert missing(states) == ["centre", "catalogue"]


PAPERS = [Paper("kiosk-1", FIRST, "A001", False), Paper("kiosk-1", SECOND, "A002", False)]
TOLD = ToldCall("bridge-1", FIRST, "1", 1, f"{DAY}-A001")
ANNOUNCED = Call(f"{DAY}-A001", 1, 4, "A001", "1", "1", {}, ("vi",))


def enter(ledger: Ledger, event: Event, device: str = "hub", request: UUID | None = None) -> None:
    ledger.enter(JournalEvent(1, device, request, AT, event))  # type: ignore[arg-type]


def issued(label: str, request: UUID, day: str = DAY) -> TicketIssued:
    return TicketIssued(f"{day}-{label}", label, "civil", "ordinary", "vi", AT, "kiosk-1", request)


def adopted(label: str) -> TicketAdopted:
    return TicketAdopted(f"{DAY}-{label}", label, "civil", "ordinary", "vi", AT, 0, AT, "kiosk-2", uuid4())


def shown(*, waiting: int = 1, ticket: str = f"{DAY}-A001") -> States:
    """What the hub shows of the fixture's day."""
    states = States(Clock())
    states.queues["civil"] = QueueState(Rev("", 4), "civil", waiting, 1, 2, None, True)
    states.counters["1"] = CounterState(Rev("", 4), "1", 2, "calling", AT, ticket=ticket)
    return states


class TestTheNetwork:
    """A wire to a server that gives back what it gets."""

    @pytest.fixture
    def echo(self) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=serve_echoes, args=(server,), daemon=True).start()
            yield server.getsockname()[1]

    @pytest.fixture
    def wire(self, echo: int) -> Iterator[Wire]:
        with Network(echo) as network:
            yield network.wire()

    def test_what_is_sent_over_a_stalled_wire_comes_when_it_is_mended(self, wire: Wire) -> None:
        with connected(wire) as client:
            wire.stall()
            client.settimeout(0.2)
            client.sendall(b"late")
            with pytest.raises(TimeoutError):
                client.recv(9)
            wire.mend()
            client.settimeout(PATIENCE_S)
            assert client.recv(9) == b"late"

    def test_a_wire_that_is_cut_lets_nobody_in_until_it_is_mended(self, wire: Wire) -> None:
        with connected(wire) as client:
            wire.cut()
            assert ended(client)
            with socket.create_connection(("127.0.0.1", wire.port), PATIENCE_S) as again:
                assert ended(again)
            wire.mend()
            connected(wire).close()

    def test_the_client_is_told_alone_and_may_come_again(self, wire: Wire) -> None:
        with connected(wire) as client:
            wire.deafen("client")
            assert ended(client)
            connected(wire).close()

    def test_a_client_may_believe_in_a_connection_that_is_over(self, wire: Wire) -> None:
        with connected(wire) as client:
            wire.deafen("broker")
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(9)
            wire.mend()
            client.settimeout(PATIENCE_S)
            assert ended(client)


def serve_echoes(server: socket.socket) -> None:
    """To one connection after the other, each on a thread of its own, until the server is closed."""

    def echo(client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(100):
                    client.sendall(data)
            except OSError:
                pass

    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=echo, args=(client,), daemon=True).start()


def connected(wire: Wire) -> socket.socket:
    """A connection through the wire that was heard at the other end."""
    client = socket.create_connection(("127.0.0.1", wire.port), PATIENCE_S)
    client.sendall(b"hello")
    assert client.recv(9) == b"hello"
    return client


def ended(client: socket.socket) -> bool:
    try:
        return client.recv(9) == b""
    except ConnectionResetError:
        return True


class TestTheChild:
    def test_a_killed_one_comes_back_until_it_ends_by_itself(self, tmp_path: Path) -> None:
        gate = tmp_path / "gate"
        with Child("waiting", tmp_path / "log", wait_for, gate) as child:
            until(lambda: child.pid is not None)
            first = child.pid
            child.kill()
            until(lambda: child.restarts == 1 and child.pid not in (None, first))
            gate.touch()
            until(lambda: child.ended)

    def test_its_files_can_be_full_for_a_while(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        with Child("writing", tmp_path / "log", write_on, file) as child:
            until(lambda: size(file) > 0)
            child.limit_files(0)
            until(lambda: file.with_suffix(".full").exists())
            child.limit_files(None)
            full = size(file)
            until(lambda: size(file) > full)

    def test_its_last_words_are_in_its_log(self, tmp_path: Path) -> None:
        with Child("failing", tmp_path / "log", wait_for, None) as child:
            until(lambda: child.restarts > 0)
        assert "AttributeError" in (tmp_path / "log").read_text()


def wait_for(gate: Path) -> None:
    while not gate.exists():
        time.sleep(0.01)


def write_on(path: Path) -> None:
    """A byte more, again and again; where there is no room, an empty file says so."""
    while True:
        try:
            with path.open("ab") as file:
                file.write(b"x")
        except OSError:
            path.with_suffix(".full").touch()
        time.sleep(0.01)


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_S
    while not holds():
        assert monotonic() < deadline
        time.sleep(0.01)


def test_the_wall_clock_of_a_tortured_hub_is_where_somebody_put_it(tmp_path: Path) -> None:
    clock = JumpingClock(tmp_path / "shift.json")
    Shift(seconds=-86_400, synchronised=True).write(clock.path)
    before, there, after = Clock().now(), clock.now() + timedelta(days=1), Clock().now()
    assert before <= there <= after
    assert clock.synchronised()
    assert monotonic() <= clock.monotonic() <= monotonic()
