"""A printer's address at which something else answers: its words are no status of paper or cover."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Literal

import pytest

from config.settings import PrinterPort
from printer.spool import Done, Job, PrinterChanged, Spool

NOT_FOUND = b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<h1>This is no request</h1>\r\n"


class Page(BaseRequestHandler):
    """Says to all that it hears that it does not understand."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            while self.request.recv(100):
                self.request.sendall(NOT_FOUND)


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of a web server."""
    with ThreadingTCPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("profile", ["epson-tm-t20", "generic-80"])
def test_it_is_silent_and_no_ticket_is_sent_there(
    stranger: int, profile: Literal["epson-tm-t20", "generic-80"], tmp_path: Path
) -> None:
    told: SimpleQueue[Done | PrinterChanged] = SimpleQueue()
    settings = PrinterPort(host="127.0.0.1", port=stranger, profile=profile)
    with Spool(settings, tmp_path, told.put) as spool:
        for number in range(3):
            spool.submit(Job(f"ticket-{number}", b"A012"))
            done = told.get(timeout=30)
            assert isinstance(done, Done), "its state did not change"
            assert (done.outcome, done.state) == ("failed", "silent")
            assert "not as a printer does" in done.reason
