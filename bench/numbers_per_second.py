"""numbers-per-second: eight kiosks that press without pause, beside the same with an empty handler.

The kiosks are bare paho clients. The floor is the hub's own session through the same broker with nothing
behind it: it answers at once, decides nothing, keeps nothing and tells nobody. Rounds of both alternate.
"""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import msgspec
from msgspec import structs

from bench.bare import HANDLER, Asker, back, there
from bench.result import Result, share_of_floor
from bus.answers import Answer
from bus.asks import Take
from bus.messages import encode
from bus.session import Connected, Message, Session
from bus.topics import ASK, DEVICE_REPLY
from center.broker import PrivateBroker
from center.hub import BEAT_S, serve
from config.load import load_center
from config.settings import Account, Broker, CenterSettings, HubSettings
from demo.files import TEMPLATES

KIOSKS = tuple(f"press-{number}" for number in range(8))
ROUNDS = 6  # of each; the first is to warm up
PRESSES = 90  # of each kiosk in a round: a letter has 799 numbers a day


def echo(address: Broker, center: str, ready: Event) -> None:
    """The process of the empty handler."""
    with Session(address, HANDLER, (DEVICE_REPLY.filter(center, asker=HANDLER),)) as session:
        while True:
            for item in session.receive(BEAT_S):
                if isinstance(item, Connected):
                    ready.set()
                elif isinstance(item, Message):
                    asker = (DEVICE_REPLY.match(item.topic) or {})["device"]
                    session.publish(back(center, asker), item.payload, correlation=item.correlation)


def press(kiosk: Asker, topic: str, settings: CenterSettings) -> list[bytes]:
    """The answers to as many presses, each after the answer to the one before."""
    services = [settings.services[number % len(settings.services)].id for number in range(PRESSES)]
    return [kiosk.ask(topic, encode(Take(uuid4(), service)))[1] for service in services]


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        return [measure(Path(name))]


def measure(folder: Path) -> Result:
    demo = load_center(TEMPLATES / "center.toml")
    accounts = (Account(id=each, role="kiosk") for each in KIOSKS)
    settings = structs.replace(demo, devices=(*demo.devices, *accounts))
    center = settings.center
    echoes, numbers = [], []
    with PrivateBroker(folder / "broker", settings) as broker:
        hub = HubSettings(
            center=center, device="hub", broker=broker.address("hub"), data=folder / "hub", volatile=True
        )
        spawn = multiprocessing.get_context("spawn")
        ready = spawn.Event()
        processes = [
            spawn.Process(target=echo, args=(broker.address(HANDLER), center, ready), daemon=True),
            spawn.Process(target=serve, args=(hub, settings), daemon=True),
        ]
        for each in processes:
            each.start()
        ready.wait(30)
        with ThreadPoolExecutor(len(KIOSKS)) as pool:
            kiosks = list(pool.map(lambda each: Asker(broker.address(each), center), KIOSKS))

            def pressed(topics: list[str]) -> tuple[float, list[bytes]]:
                """The seconds until every kiosk had its last answer, and all answers."""
                began = perf_counter()
                answers = list(pool.map(press, kiosks, topics, [settings] * len(kiosks)))
                return perf_counter() - began, [*chain.from_iterable(answers)]

            for _ in range(ROUNDS):
                echoes.append(pressed([there(center, each) for each in KIOSKS])[0])
                seconds, given = pressed([ASK.path(center, device=each, verb="take") for each in KIOSKS])
                if not all(msgspec.json.decode(each, type=Answer).ok for each in given):
                    raise RuntimeError("the hub refused a number")
                numbers.append(seconds)
            for kiosk in kiosks:
                kiosk.client.disconnect()
        for each in processes:
            each.terminate()
            each.join()
    presses = PRESSES * len(KIOSKS) * (ROUNDS - 1)
    value, floor = presses / sum(numbers[1:]), presses / sum(echoes[1:])
    return share_of_floor("numbers-per-second", value, floor, "numbers/s", at_least=0.6)
