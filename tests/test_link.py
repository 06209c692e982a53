"""The web's place on the bus: one answer for every asker, and a watchdog that feels a hanging server."""

import asyncio
import socket
import time
from pathlib import Path
from uuid import uuid4

import pytest

from bus.asks import Open, Take
from bus.messages import CounterState
from center.broker import PrivateBroker
from config.clock import Clock
from config.errors import LuotError, Refused
from config.settings import WebSettings
from demo.part import Part
from web.app import Web
from web.link import Link


def link(broker: PrivateBroker, folder: Path) -> Link:
    address = broker.address("web-1")
    return Link(
        WebSettings(center="tan-lap", device="web-1", broker=address, data=folder, logins=()), Clock()
    )


def test_a_port_that_is_taken_is_told_in_words(broker: PrivateBroker, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = WebSettings(
            center="tan-lap", device="web-1", broker=broker.address("web-1"), data=tmp_path, logins=(),
            port=taken.getsockname()[1],
        )  # fmt: skip
        with pytest.raises(LuotError, match="cannot be served"):
            asyncio.run(Web(settings).serve())


def test_an_act_that_comes_twice_at_once_is_one_request(
    broker: PrivateBroker, hub: Part, tmp_path: Path
) -> None:
    async def both() -> list[object]:
        bus = link(broker, tmp_path)
        following = asyncio.create_task(bus.follow())
        act = Open(uuid4(), "1", 0, "clerk-1")
        answers = await asyncio.gather(
            bus.ask("open", act, within=60), bus.ask("open", act, within=60), return_exceptions=True
        )
        following.cancel()
        return list(answers)

    first, second = asyncio.run(both())
    assert isinstance(first, CounterState)
    assert first == second
    assert first.turn == 1


def test_failure_09_a_number_that_was_given_up_stays_so_however_often_it_is_asked(
    broker: PrivateBroker, tmp_path: Path
) -> None:
    """No hub answers. The page may ask again under the same id, even of another process after a restart."""

    async def codes(times: int, take: Take) -> list[str]:
        bus = link(broker, tmp_path)
        following = asyncio.create_task(bus.follow())
        told = [
            await asyncio.gather(bus.ask("take", take, within=0.3), return_exceptions=True)
            for _ in range(times)
        ]
        following.cancel()
        return [each.code for (each,) in told if isinstance(each, Refused)]

    take = Take(uuid4(), "ho-tich")
    assert asyncio.run(codes(2, take)) == ["void", "void"]
    assert asyncio.run(codes(1, take)) == ["void"]


def test_the_watchdog_starves_while_the_server_hangs(
    broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub or broker that is away must not end the server, a server that answers nobody must."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "150000")
        monkeypatch.setattr("web.link.STEP_S", 0.05)

        def feeds() -> int:
            count = 0
            while True:
                try:
                    count += supervisor.recv(64) == b"WATCHDOG=1"
                except BlockingIOError:
                    return count

        async def hang() -> int:
            bus = link(broker, tmp_path)
            following = asyncio.create_task(bus.follow())
            fed = 0
            async with asyncio.timeout(30):
                while fed < 5:
                    await asyncio.sleep(0.01)
                    fed += feeds()
            time.sleep(0.5)
            following.cancel()
            return feeds()

        assert asyncio.run(hang()) <= 1  # the step that was under way
