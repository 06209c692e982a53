"""The spool: one thread that owns the printer's port and carries jobs to paper, one after the other.

A job is not assumed to be printed. The printer's state is asked before it (nothing is sent to one that cannot
print), and after it a query that is answered in order: only its answer makes the job `printed`. Without it
the job is `unknown` once bytes went out, and `failed` while none did. Nothing is ever sent twice.

A printer that ran out of paper holds its job and prints it when paper is back. The answer to that job's query
comes with it, so answers are counted: a late one never confirms the next job.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from bus.messages import LinkHealth, Outcome
from config.errors import HardwareAbsent
from config.settings import PrinterPort
from printer.encode import separator
from printer.port import Port
from printer.status import (
    ASK_IN_ORDER,
    ASK_STATE,
    TELL_CHANGES,
    AnswerReader,
    Automatic,
    InOrder,
    PrinterState,
    RealTime,
    state_of_answers,
    state_of_block,
)

log = logging.getLogger(__name__)

WATCH_S = 30.0  # between looks at a healthy printer that tells nothing: it may have gone in silence
TROUBLE_S = 1.0  # between looks at one that cannot print
AGAIN_S = 0.5  # before connecting again to one that closed the connection


@dataclass(frozen=True)
class Job:
    """Bytes to print, under the name that the outcome comes back with."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Done:
    """What became of a job; told once for each."""

    job: str
    outcome: Outcome
    state: PrinterState
    reason: str = ""  # English, for the log


@dataclass(frozen=True)
class PrinterChanged:
    state: PrinterState


class Spool:
    """Prints from `with` to its end. `tell` gets every `Done` and `PrinterChanged`, on the spool's thread."""

    def __init__(
        self,
        printer: PrinterPort,
        tell: Callable[[Done | PrinterChanged], None],
        *,
        answer_s: float = 1.0,
        print_s: float = 10.0,
    ) -> None:
        self.state = PrinterState.SILENT
        self.last_error = ""
        self._two_way = printer.confirm != "none"
        self._tell = tell
        self._answer_s = answer_s  # a healthy printer takes 5 ms
        self._print_s = print_s  # from the last byte sent to the end of the ticket
        self._port = Port(printer.host, printer.port)
        self._reader = AnswerReader()
        self._replies = bytearray()  # to the real-time questions
        self._unconfirmed = 0  # jobs sent on this connection and not known to be printed
        self._torn = False  # a connection ended with such a job: its ticket may have broken off in the middle
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._taken = 0
        self._missed = 0
        self._stopping = False
        self._thread = Thread(target=self._run, name="printer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._port.interrupt()
        self._thread.join()

    def submit(self, job: Job) -> None:
        """Hand in a job; from any thread, without waiting."""
        self._jobs.put(job)
        self._port.interrupt()

    def health(self) -> LinkHealth:
        return LinkHealth(name="printer", state=self.state, frames=self._taken, errors=self._missed)

    # On the spool's thread

    def _run(self) -> None:
        with self._port:
            while not self._stopping:
                try:
                    job = self._jobs.get_nowait()
                except Empty:
                    self._watch()
                else:
                    self._finish(job, *self._print(job))
        while not self._jobs.empty():
            self._finish(self._jobs.get(), "failed", "the spool was stopped")

    def _print(self, job: Job) -> tuple[Outcome, str]:
        try:
            self._prepare()
        except HardwareAbsent as error:
            self._become(PrinterState.SILENT)
            return "failed", error.message
        if not self.state.can_print:
            return "failed", f"the printer is {self.state}"
        self._unconfirmed += 1
        try:
            self._port.send((separator() if self._torn else b"") + job.data)
            self._torn = False
            return self._confirm()
        except HardwareAbsent as error:
            self._become(PrinterState.SILENT)
            return "unknown", error.message

    def _prepare(self) -> None:
        """Connect and ask the state. A connection that went stale is made anew: nothing was sent on it yet.

        A printer that says nothing cannot show that its connection went stale: it gets a new one each time.
        """
        if self._two_way and self._port.is_open:
            try:
                return self._ask_state()
            except HardwareAbsent as error:
                log.info("The printer's connection is made anew. reason=%r", error.message)
        return self._connect()

    def _confirm(self) -> tuple[Outcome, str]:
        """Wait until everything that was sent is on paper, or something says that it is not."""
        if not self._two_way:
            self._unconfirmed = 0  # more will never be known
            return "sent", ""
        self._port.send(ASK_IN_ORDER)
        until = time.monotonic() + self._print_s
        while self._unconfirmed:
            if self.state in _STOPS:
                return "unknown", f"the printer stopped in the middle: {self.state}"
            if not self._listen(until):
                if self._stopping:
                    return "unknown", "the spool was stopped"
                self._ask_state()
                return "unknown", f"it confirmed nothing within {self._print_s:g} s and is {self.state}"
        return "printed", ""

    def _finish(self, job: Job, outcome: Outcome, reason: str) -> None:
        self._taken += 1
        self.last_error = reason
        if outcome in ("printed", "sent"):
            log.info("The job is done. job=%s outcome=%s", job.name, outcome)
        else:
            self._missed += 1
            log.warning(
                "The job is not known to be printed. job=%s outcome=%s reason=%r", job.name, outcome, reason
            )
        self._tell(Done(job.name, outcome, self.state, reason))

    def _watch(self) -> None:
        """Between jobs: hear what the printer tells, and look after it where it tells nothing."""
        try:
            if not self._port.is_open and (self._two_way or not self.state.can_print):
                self._connect()
        except HardwareAbsent as error:
            self.last_error = error.message
            self._become(PrinterState.SILENT)
        try:
            data = self._rest(WATCH_S if self.state.can_print else TROUBLE_S)
            if data:
                self._take_in(data)
            elif self._two_way and self._port.is_open and not self._wanted:
                self._ask_state()
        except HardwareAbsent:
            self._rest(AGAIN_S)  # the next look connects again, and says so if it cannot

    @property
    def _wanted(self) -> bool:
        return self._stopping or not self._jobs.empty()

    def _rest(self, timeout: float) -> bytes:
        """Hear what the printer says, until something is wanted.

        Asked here once more: listening for an answer has used up the interrupt of what came meanwhile.
        """
        return b"" if self._wanted else self._port.receive(timeout)

    def _connect(self) -> None:
        self._torn = self._torn or self._unconfirmed > 0
        self._unconfirmed = 0
        self._reader = AnswerReader()
        self._port.open()
        if self._two_way:
            self._port.send(TELL_CHANGES)
            self._ask_state()
        else:
            self._become(PrinterState.READY)  # for all that it can say

    def _ask_state(self) -> None:
        """Ask in real time. A printer that does not answer is disconnected: late answers would mislead.

        One question at a time: so it is known what an answer answers, and none is kept back by the printer's
        TCP until our delayed acknowledgement of the one before (40 ms).
        """
        self._replies.clear()
        until = time.monotonic() + self._answer_s
        for count, question in enumerate(ASK_STATE, start=1):
            self._port.send(question)
            while len(self._replies) < count:
                if not self._listen(until):
                    self._port.close()
                    raise HardwareAbsent(
                        "the printer takes data and answers nothing",
                        hint='see whether it hangs; for a model that never answers set confirm = "none"',
                    )
        self._become(state_of_answers(*self._replies[:4]))

    def _listen(self, until: float) -> bool:
        """Take in what the printer says next; false when `until` passes or the spool is stopped first."""
        data = b""
        while not data:
            left = until - time.monotonic()
            if left <= 0 or self._stopping:
                return False
            data = self._port.receive(left)
        self._take_in(data)
        return True

    def _take_in(self, data: bytes) -> None:
        for answer in self._reader.feed(data):
            match answer:
                case RealTime(byte):
                    self._replies.append(byte)
                case InOrder():
                    self._unconfirmed = max(0, self._unconfirmed - 1)
                    log.debug("The printer confirmed a job. unconfirmed=%d", self._unconfirmed)
                case Automatic(block):
                    self._become(state_of_block(block))

    def _become(self, state: PrinterState) -> None:
        if state != self.state:
            log.info("The printer's state changed. state=%s before=%s", state, self.state)
            self.state = state
            self._tell(PrinterChanged(state))


_STOPS = (PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.ERROR)
