"""first-byte: from the hub's answer to the first byte of the ticket at the printer.

All that a kiosk does in between: compose, encode, ask the printer's state, note the job on disk, send. The
printer's twin answers as a network printer does; what it is asked before the ticket is not counted as its
first byte.
"""

from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from msgspec import structs

from bench.result import Result, median_ms, percentile_ms, within
from config.settings import PrinterPort
from printer.encode import encode
from printer.profiles import profile_of
from printer.sample import CENTER, sample
from printer.simulated import SimulatedPrinter
from printer.spool import Done, Job, PrinterChanged, Spool
from printer.template import template_of
from printer.ticket import compose

ROUNDS = 40
RESET = b"\x1b@"  # a ticket begins with it
APART_S = 0.05  # people come one after the other


def run() -> list[Result]:
    arrived: SimpleQueue[float] = SimpleQueue()

    def hear(data: bytes) -> None:
        if RESET in data:
            arrived.put(perf_counter())

    told: SimpleQueue[Done | PrinterChanged] = SimpleQueue()
    with (
        TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as folder,
        SimulatedPrinter(mm_per_s=5000, on_bytes=hear) as paper,
    ):
        port = PrinterPort(profile="epson-tm-t20", host="127.0.0.1", port=paper.port)
        with Spool(port, Path(folder), told.put) as spool:
            seconds = [_measure(port, spool, number, arrived, told) for number in range(ROUNDS + 2)][2:]
    return [
        within("first-byte", median_ms(seconds), "ms", limit=30),
        within("first-byte, 95th percentile", percentile_ms(seconds, 95), "ms", limit=60),
    ]


def _measure(
    port: PrinterPort,
    spool: Spool,
    number: int,
    arrived: SimpleQueue[float],
    told: SimpleQueue[Done | PrinterChanged],
) -> float:
    sleep(APART_S)
    given, profile = structs.replace(sample("vi"), label=f"A{number:03}", ahead=number), profile_of(port)
    began = perf_counter()
    composed = compose(given, CENTER, "Đất đai và xây dựng", profile.width, template_of(port))
    spool.submit(Job(given.id, encode(composed, profile)))
    came = arrived.get(timeout=10)
    while not isinstance(told.get(timeout=10), Done):
        pass
    return came - began
