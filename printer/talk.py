"""The talk with a printer: what it says at any time, what it is like, and whether what was sent is on paper.

All that a printer sends is read here and nowhere else. A printer that ran out of paper holds its job and
prints it when paper is back; the answer to that job's query comes with it. So every query is remembered, and
an answer counts for the oldest one, or for the one whose mark it bears: a late one confirms no other job.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from config.errors import HardwareAbsent
from config.settings import PrinterPort
from printer.encode import separator
from printer.port import Port
from printer.profiles import profile_of
from printer.status import (
    ASK_IN_ORDER,
    ASK_STATE,
    FORGET,
    TELL_CHANGES,
    AnswerReader,
    Automatic,
    Completed,
    Forgot,
    InOrder,
    PrinterState,
    RealTime,
    ask_when_completed,
    mark,
    state_of_answers,
    state_of_block,
)
from printer.wires import wire_of

log = logging.getLogger(__name__)

LOOK_S = 1.0  # between looks at a printer that has a job under way and says nothing
QUIET_S = 0.5  # of silence, after which no old answer is on its way any more
UNASKED = 16  # answers at once that nobody asked for: so much no printer says
STOPS = (PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.ERROR)


class Talk:
    """One printer, connected or not. `changed` is called at each new state.

    What fails raises `HardwareAbsent`, and the connection is closed. One thread uses it.
    """

    def __init__(
        self,
        printer: PrinterPort,
        changed: Callable[[PrinterState], None],
        *,
        answer_s: float,
        print_s: float,
    ) -> None:
        self.state = PrinterState.SILENT
        self.port = Port(wire_of(printer))
        self.profile = profile_of(printer)
        self.torn = False  # a ticket may have broken off: the printer may wait for the rest of it
        self.ended = False  # nobody wants to wait for anything any more
        self._changed = changed
        self._answer_s = answer_s  # a healthy printer takes 5 ms
        self._print_s = print_s  # from the last byte sent to the end of the ticket
        self._reader = AnswerReader()
        self._replies = bytearray()  # to the real-time questions
        self._forgot = False
        self._number = random.randrange(1 << 16)  # of the last query: no late answer to an older process fits
        self._awaited: deque[bytes] = deque()  # marks of the queries that have no answer yet, oldest first

    def ready(self) -> None:
        """Be connected, and know the state. One that went stale is made anew: nothing was sent on it.

        A printer that says nothing cannot show that its connection went stale: it gets a new one each time.
        """
        if self.port.is_open:
            try:
                if self.profile.answers and self.state.can_print and self._is_online():
                    return None
                if self.profile.answers or self.port.state():
                    return self.ask_state()
            except HardwareAbsent as error:
                log.info("The printer's connection is made anew. reason=%r", error.message)
        return self.connect()

    def connect(self) -> None:
        unknown = self.port.lost and self.profile.confirm == "none"
        self.torn = self.torn or unknown or bool(self._awaited)
        self._awaited.clear()
        self._reader = AnswerReader()
        self.port.open()
        if self.profile.status == "automatic":
            self.port.send(TELL_CHANGES)
        self.ask_state()

    def ask_state(self) -> None:
        """Ask in real time. A printer that does not answer is disconnected: late answers would mislead.

        One question at a time: so it is known what an answer answers, and none is kept back by the printer's
        TCP until our delayed acknowledgement of the one before (40 ms).
        """
        if not self.profile.answers:
            return self.become(self.port.state() or PrinterState.READY)  # for all that can be known
        return self.become(state_of_answers(*self._replies_to(*ASK_STATE)))

    def clear(self) -> None:
        """Let the printer forget what it has not printed, so that it does not come out beside its reprint."""
        if not (self._awaited and self.profile.clears):
            return
        self._forgot = False
        self.port.send(FORGET)
        if self._heard(lambda: self._forgot, time.monotonic() + self._answer_s):
            self._awaited.clear()
            self.torn = True

    def part(self) -> None:
        """Cut off what may hang out, and let all old answers come, so that none is taken for a new one.

        Where answers bear no mark, the old ones are over when silence follows the last.
        """
        if not self.torn:
            return
        self.port.send(separator(self.profile))
        if self.profile.confirm == "gs-r":
            self._query()
            self.port.send(ASK_IN_ORDER)
            if not self._heard(lambda: not self._awaited, time.monotonic() + self._print_s):
                raise HardwareAbsent("the printer does not print what it holds")
            until = time.monotonic() + self._print_s
            while self.hear(QUIET_S) and time.monotonic() < until:
                pass
        self.torn = False

    def send(self, data: bytes) -> None:
        """Send a job, and the query whether it is on paper where the printer answers one."""
        self.port.send(data + (self._query() if self.profile.confirm != "none" else b""))

    def confirmation(self) -> str:
        """Wait until all that was sent is on paper: why that is not known, or nothing where it is.

        On a printer that confirms nothing, all that is known is that it took every byte.
        """
        until = time.monotonic() + self._print_s
        while self._awaited:
            if self.state in STOPS:
                return f"the printer stopped in the middle: {self.state}"
            if self.ended:
                return "the spool was stopped"
            if time.monotonic() > until:
                return f"it confirmed nothing within {self._print_s:g} s and is {self.state}"
            if not self.hear(min(LOOK_S, max(0.0, until - time.monotonic()))) and not self.ended:
                self.ask_state()
        return ""

    def hear(self, timeout: float) -> bool:
        """Take in what the printer says within `timeout` s; whether it said anything."""
        data = self.port.receive(timeout)
        answers = self._reader.feed(data)
        if sum(isinstance(each, InOrder) for each in answers) - len(self._awaited) > UNASKED:
            self.port.close()
            raise HardwareAbsent(
                "what is there talks, and not as a printer does",
                hint="see whether the settings name the printer, and no other machine",
            )
        for answer in answers:
            match answer:
                case RealTime(byte):
                    self._replies.append(byte)
                case InOrder(paper=True) if self._awaited and self.profile.confirm == "gs-r":
                    self._awaited.popleft()
                case InOrder(paper=False):
                    self.become(PrinterState.PAPER_OUT)
                case Completed(marked) if marked in self._awaited:
                    while self._awaited.popleft() != marked:  # a printer may tell of the last one only
                        pass
                case Forgot():
                    self._forgot = True
                case Automatic(block):
                    self.become(state_of_block(block))
        return bool(data)

    def become(self, state: PrinterState) -> None:
        if state != self.state:
            log.info("The printer's state changed. state=%s before=%s", state, self.state)
            self.state = state
            self._changed(state)

    def _query(self) -> bytes:
        """Bytes whose answer says that all before them is on paper; it is awaited from now on."""
        self._number = (self._number + 1) % (1 << 16)
        self._awaited.append(mark(self._number))
        return ask_when_completed(self._awaited[-1]) if self.profile.confirm == "gs-h" else ASK_IN_ORDER

    def _is_online(self) -> bool:
        """One question in place of four: it is not online without paper, or with its cover open."""
        return self._replies_to(ASK_STATE[0])[0] & 0x08 == 0

    def _replies_to(self, *questions: bytes) -> bytes:
        self._replies.clear()
        until = time.monotonic() + self._answer_s
        for count, question in enumerate(questions, start=1):
            self.port.send(question)
            if not self._heard(partial(self._replied, count), until):
                self.port.close()
                raise HardwareAbsent(
                    "the printer takes data and answers nothing",
                    hint='see whether it hangs; for a model that never answers set status = "none"',
                )
        return bytes(self._replies[: len(questions)])

    def _replied(self, count: int) -> bool:
        return len(self._replies) >= count

    def _heard(self, holds: Callable[[], bool], until: float) -> bool:
        """Take in what the printer says until that holds; false when `until` passes or all ends first."""
        while not holds():
            left = until - time.monotonic()
            if left <= 0 or self.ended:
                return False
            self.hear(left)
        return True
