"""touch-to-ticket: from the request to the durable answer, beside what nobody can do without.

The floor is one request and answer of the same paho client through the same broker to a handler that does
nothing, plus one bare SQLite commit (WAL, synchronous=FULL) on the same disk. All three are taken in turn.
"""

import multiprocessing
import sqlite3
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bench.result import Result, against_floor, median_ms
from bus.asks import Take
from bus.messages import Answer, encode
from bus.session import send_at_once
from bus.topics import ASK, DEVICE_ASK, DEVICE_REPLY, REPLY, STATE_CENTER
from center.broker import PrivateBroker
from config.load import load_center
from config.settings import Broker
from demo.files import TEMPLATES, Places, write_settings
from demo.part import Part

ROUNDS = 400
WARM_UP = 40
KIOSK, HANDLER = "guest-kiosk", "guest-technician"


class Asker:
    """A bare paho client that sends a request and waits for its answer."""

    def __init__(self, address: Broker, reply_to: str, echoed: str, beat: str) -> None:
        """Ready once the hub's beat was heard."""
        self.reply_to = reply_to
        self.answers: SimpleQueue[MQTTMessage] = SimpleQueue()
        self.client = connect(address)
        self.client.on_message = lambda _client, _data, message: self.answers.put(message)
        self.client.subscribe([(reply_to, 1), (echoed, 1), (beat, 1)])
        self.client.loop_start()
        self.answers.get(timeout=10)
        self.client.unsubscribe(beat)

    def ask(self, topic: str, payload: bytes) -> tuple[float, bytes]:
        """Returns the seconds until the answer, and the answer."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = self.reply_to
        properties.CorrelationData = key = uuid4().bytes
        began = perf_counter()
        self.client.publish(topic, payload, qos=1, properties=properties)
        while True:
            answer = self.answers.get(timeout=10)
            if getattr(answer.properties, "CorrelationData", None) == key:
                return perf_counter() - began, bytes(answer.payload)


def connect(address: Broker) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, address.username, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(address.username, address.password)
    client.on_socket_open = send_at_once  # else the floor has 40 ms of Nagle's in it
    client.connect(address.host, address.port)
    return client


def echo(address: Broker, asked: str, answered: str, ready: Event) -> None:
    """A handler that does nothing but answer, in paho's own callback."""
    client = connect(address)

    def answer(client: Client, _data: object, message: MQTTMessage) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = message.properties.CorrelationData  # type: ignore[union-attr]
        client.publish(answered, message.payload, qos=1, properties=properties)

    client.on_message = answer
    client.on_subscribe = lambda *_: ready.set()
    client.subscribe(asked, qos=1)
    client.loop_forever()


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
    # The same way there and back, on topics that the hub does not hear.
    there = DEVICE_REPLY.path(center, device=KIOSK, asker=HANDLER)
    back = DEVICE_ASK.path(center, device=KIOSK, verb="echo")
    database = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (seq INTEGER PRIMARY KEY, body BLOB)")
    takes, echoes, commits = [], [], []
    with PrivateBroker(folder / "broker", settings) as broker:
        write_settings(folder, broker, Places(1, folder / "line", 1, "", ""))
        spawn = multiprocessing.get_context("spawn")
        ready = spawn.Event()
        handler = spawn.Process(target=echo, args=(broker.address(HANDLER), there, back, ready), daemon=True)
        handler.start()
        ready.wait(30)
        with Part("hub", folder / "hub.toml"):
            asker = Asker(
                broker.address(KIOSK), REPLY.path(center, device=KIOSK), back, STATE_CENTER.path(center)
            )
            for index in range(ROUNDS + WARM_UP):
                body = encode(Take(uuid4(), settings.services[index % 6].id))
                seconds, answer = asker.ask(take, body)
                if not msgspec.json.decode(answer, type=Answer).ok:
                    raise RuntimeError(f"the hub refused a number: {answer!r}")
                takes.append(seconds)
                echoes.append(asker.ask(there, body)[0])
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
