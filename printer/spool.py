"""The spool: one thread that carries jobs to paper, one after the other.

A job is not assumed to be printed. The printer's state is asked before it (nothing is sent to one that cannot
print), and after it a query that is answered when it is on paper: only its answer makes the job `printed`, or
`sent` on a printer that confirms nothing. Without it the job is `unknown` once bytes went out, and `failed`
while none did. Nothing is ever sent twice by itself; a job that is sent `again` was composed with a mark.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from bus.messages import LinkHealth, Outcome
from config.errors import HardwareAbsent
from config.settings import PrinterPort
from printer.status import PrinterState
from printer.talk import Talk
from printer.underway import UnderWay

log = logging.getLogger(__name__)

# Between looks at a healthy printer: one that tells its changes may have gone in silence, others only answer.
LOOK_S = {"automatic": 30.0, "asked": 1.0, "none": 10.0}
TROUBLE_S = 1.0  # between looks at one that cannot print
AGAIN_S = 0.5  # before connecting again to one that closed the connection

CAME_OUT: tuple[Outcome, ...] = ("printed", "sent")  # as far as can be known: the printer took all of it


@dataclass(frozen=True)
class Job:
    """Bytes to print, under the name that the outcome comes back with."""

    name: str
    data: bytes
    again: bool = False  # in place of one that the printer may still hold: that one is cleared away


@dataclass(frozen=True)
class Done:
    """What became of a job; told once for each."""

    job: str
    outcome: Outcome
    state: PrinterState
    reason: str = ""  # English, for the log

    @property
    def came_out(self) -> bool:
        return self.outcome in CAME_OUT


@dataclass(frozen=True)
class PrinterChanged:
    state: PrinterState


class Spool:
    """Prints from `with` to its end. `tell` gets every `Done` and `PrinterChanged`, on the spool's thread.

    In `folder` stands the job that is under way: one that a killed process left is told as `unknown`.
    """

    def __init__(
        self,
        printer: PrinterPort,
        folder: Path,
        tell: Callable[[Done | PrinterChanged], None],
        *,
        answer_s: float = 1.0,
        print_s: float = 10.0,
    ) -> None:
        self.last_error = ""
        self._talk = Talk(
            printer, lambda state: tell(PrinterChanged(state)), answer_s=answer_s, print_s=print_s
        )
        self._under_way = UnderWay(folder)
        self._tell = tell
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._taken = 0
        self._missed = 0
        self._thread = Thread(target=self._run, name="printer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._talk.ended = True
        self._talk.port.interrupt()
        self._thread.join()

    @property
    def state(self) -> PrinterState:
        return self._talk.state

    def submit(self, job: Job) -> None:
        """Hand in a job; from any thread, without waiting."""
        self._jobs.put(job)
        self._talk.port.interrupt()

    def health(self) -> LinkHealth:
        return LinkHealth(name="printer", state=self.state, frames=self._taken, errors=self._missed)

    # On the spool's thread

    def _run(self) -> None:
        if left := self._under_way.left():
            self._talk.torn = True
            self._finish(left, "unknown", "the process was ended in the middle of it")
        with self._talk.port:
            while not self._talk.ended:
                try:
                    job = self._jobs.get_nowait()
                except Empty:
                    self._watch()
                else:
                    self._finish(job.name, *self._print(job))
        while not self._jobs.empty():
            self._finish(self._jobs.get().name, "failed", "the spool was stopped")

    def _print(self, job: Job) -> tuple[Outcome, str]:
        try:
            self._talk.ready()
            if job.again:
                self._talk.clear()
            if not self.state.can_print:
                return "failed", f"the printer is {self.state}"
            self._talk.part()
        except HardwareAbsent as error:
            self._talk.become(PrinterState.SILENT)
            return "failed", error.message
        try:
            self._under_way.begin(job.name)
        except OSError as error:
            return "failed", f"the disk takes nothing: {error}"
        try:
            self._talk.send(job.data)
            self._under_way.sync()
            reason = self._talk.confirmation()
        except HardwareAbsent as error:
            self._talk.torn = True
            self._talk.become(PrinterState.SILENT)
            return "unknown", error.message
        if reason:
            return "unknown", reason
        self._under_way.end()
        return ("sent" if self._talk.profile.confirm == "none" else "printed"), ""

    def _finish(self, job: str, outcome: Outcome, reason: str) -> None:
        self._taken += 1
        self.last_error = reason
        if outcome in ("printed", "sent"):
            log.info("The job is done. job=%s outcome=%s", job, outcome)
        else:
            self._missed += 1
            log.warning(
                "The job is not known to be printed. job=%s outcome=%s reason=%r", job, outcome, reason
            )
        self._tell(Done(job, outcome, self.state, reason))

    def _watch(self) -> None:
        """Between jobs: hear what the printer tells, and look after it where it tells nothing."""
        talk = self._talk
        try:
            if not talk.port.is_open and (talk.profile.answers or not self.state.can_print):
                talk.connect()
        except HardwareAbsent as error:
            self.last_error = error.message
            talk.become(PrinterState.SILENT)
        try:
            wait = LOOK_S[talk.profile.status] if self.state.can_print else TROUBLE_S
            if not self._rest(wait) and talk.port.is_open and not self._wanted:
                talk.ask_state()
        except HardwareAbsent:
            self._rest(AGAIN_S)  # the next look connects again, and says so if it cannot

    @property
    def _wanted(self) -> bool:
        return self._talk.ended or not self._jobs.empty()

    def _rest(self, timeout: float) -> bool:
        """Hear what the printer says, until something is wanted; whether it said anything.

        Asked here once more: listening for an answer has used up the interrupt of what came meanwhile.
        """
        return not self._wanted and self._talk.hear(timeout)
