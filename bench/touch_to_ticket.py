"""touch-to-ticket: from the request to the durable answer, beside what nobody can do without.

The floor is one request and answer of the same paho client through the same broker to a handler that does
nothing, plus one bare SQLite commit (WAL, synchronous=FULL) on the same disk. All three are taken in turn.
"""

import multiprocessing
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import msgspec

from bench.bare import HANDLER, Asker, echo, there
from bench.result import Result, against_floor, median_ms
from bus.answers import Answer
from bus.asks import Take
from bus.messages import encode
from bus.topics import ASK
from center.broker import PrivateBroker
from config.load import load_center
from demo.files import TEMPLATES, Places, write_settings
from demo.part import Part

ROUNDS = 400
WARM_UP = 40
KIOSK = "guest-kiosk"


def bare_commit(database: sqlite3.Connection, body: bytes) -> float:
    """Seconds for one row to be on disk."""
    began = perf_counter()
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO row (body) VALUES (?)", (body,))
    database.execute("COMMIT")
    return perf_counter() - began


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        return [measure(Path(name))]


def measure(folder: Path) -> Result:
    settings = load_center(TEMPLATES / "center.toml")
    center = settings.center
    take = ASK.path(center, device=KIOSK, verb="take")
    database = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (seq INTEGER PRIMARY KEY, body BLOB)")
    takes, echoes, commits = [], [], []
    with PrivateBroker(folder / "broker", settings) as broker:
        write_settings(folder, broker, Places(1, folder / "line", 1, "", ""))
        spawn = multiprocessing.get_context("spawn")
        ready = spawn.Event()
        handler = spawn.Process(target=echo, args=(broker.address(HANDLER), center, ready), daemon=True)
        handler.start()
        ready.wait(30)
        with Part("hub", folder / "hub.toml"):
            asker = Asker(broker.address(KIOSK), center)
            for index in range(ROUNDS + WARM_UP):
                body = encode(Take(uuid4(), settings.services[index % 6].id))
                seconds, answer = asker.ask(take, body)
                if not msgspec.json.decode(answer, type=Answer).ok:
                    raise RuntimeError(f"the hub refused a number: {answer!r}")
                takes.append(seconds)
                echoes.append(asker.ask(there(center, KIOSK), body)[0])
                commits.append(bare_commit(database, body))
            asker.client.disconnect()
        handler.terminate()
        handler.join()
    database.close()
    value, floor = (
        median_ms(takes[WARM_UP:]),
        median_ms(echoes[WARM_UP:]) + median_ms(commits[WARM_UP:]),
    )
    return against_floor("touch-to-ticket", value, floor, "ms", at_most=2.0)
