"""Paper that staff or a technician ask for: a ticket once more, and a page by which a printer is tested."""

from bus.answers import Nothing
from bus.asks import Request
from bus.device import Reply
from bus.device_asks import Print
from bus.messages import Outcome
from config.errors import Refused
from kiosk.papers import Papers
from printer.press import Press
from printer.shared import SharedPrinter
from printer.spool import CAME_OUT, Done


class Reprints:
    """Whoever asked is answered once it is on paper, or cannot be."""

    def __init__(self, printer: Press | SharedPrinter, papers: Papers, device: str) -> None:
        self._printer = printer
        self._papers = papers
        self._device = device
        self._replies: dict[str, Reply] = {}  # by the job that is under way

    def test(self, request: Request, reply: Reply) -> None:
        job = f"test-print/{request.request}"
        try:
            self._printer.print_test(job, self._device)
            self._replies[job] = reply
        except Refused as refused:
            reply(refused)

    def paper_changed(self, _request: Request, reply: Reply) -> None:
        self._printer.roll_changed()
        reply(Nothing())

    def again(self, request: Request, reply: Reply) -> None:
        """Once for each request, however often it comes: what became of it is on the disk."""
        assert isinstance(request, Print)
        job = f"{request.ticket}/{request.request}"
        try:
            paper = self._papers[request.ticket]
            if paper.again == request.request and paper.outcome:
                reply(_result(paper.outcome, "It did not come out."))
                return
            if paper.again != request.request:
                self._printer.print(job, paper.ticket, again=True)
                self._papers.begin(paper.ticket, again=request.request)
            self._replies[job] = reply
        except Refused as refused:
            reply(refused)

    def ended(self, done: Done) -> bool:
        """A job of the printer ended: whether it was one of these."""
        reply = self._replies.pop(done.job, None)
        if reply:
            reply(_result(done.outcome, done.reason))
        return reply is not None


def _result(outcome: Outcome, reason: str) -> Nothing | Refused:
    return Nothing() if outcome in CAME_OUT else Refused("conflict", reason)
