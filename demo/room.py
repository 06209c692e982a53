"""The control room: one page on loopback, on which the whole centre is seen live and can be touched.

It is a technician's device on the bus (`watch`), a web server round it, and hands for what no bus reaches:
keys, paper and trouble. It has a thread and an event loop of its own.
"""

import asyncio
import io
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import uvicorn
from msgspec import Meta
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bus.answers import Answer
from bus.messages import Payload
from bus.reading import read
from config.errors import LuotError, Refused, Unreachable
from demo.figures import Figures
from demo.table import Told, bus_line, keypad, look
from demo.trouble import Trouble
from demo.watch import KIOSK, Watch
from web.app import PAGES as SHARED
from web.bell import Bell
from web.feed import event
from web.http import SecurityHeaders, check_origin, json, read_body, refuse

if TYPE_CHECKING:
    from demo.center import DemoCenter

PAGES = Path(__file__).with_name("pages")
HOST = "127.0.0.1"
LOOK_S = 0.1  # the twins of printer and line ring no bell: they are looked at
REST_S = 0.03  # what happens within it is told together
BEAT_S = 5.0  # a page hears from us at least that often
KEYS = ("next", "recall", "no-show", "finish")
NOT_KEPT = {"Cache-Control": "no-store"}

Share = Annotated[float, Meta(ge=0, le=1)]


class Point(Payload, frozen=True):
    """Where a screen is touched: shares of its width and height."""

    x: Share
    y: Share


class Room:
    """The control room of a demo's centre, from `start` to `stop`."""

    def __init__(self, center: "DemoCenter", port: int = 0) -> None:
        self.center = center
        self.watch = Watch(center.broker, center.folder / "data")
        self._bell = Bell()
        self.trouble = Trouble(center, self.watch, self._bell.ring)
        self._port = port
        self._lookers = 0
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="room", daemon=True)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def figures(self) -> Figures:
        return self.watch.figures

    def start(self) -> None:
        """Begin to watch and to serve. Raises LuotError when the port is taken."""
        try:
            self._socket = socket.create_server((HOST, self._port))
        except OSError as error:
            raise LuotError(
                f"The control room cannot have port {self._port}: it is taken, or not allowed.",
                hint="Choose another one, or none: then a free one is found.",
            ) from error
        self._port = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app(),
                timeout_graceful_shutdown=1,  # event streams never end by themselves
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                lifespan="off",
            )
        )
        self.watch.__enter__()
        self._thread.start()

    def stop(self) -> None:
        self.watch.__exit__()  # first: it calls into the loop
        self._server.should_exit = True
        self._thread.join()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self.watch.changed = lambda: loop.call_soon_threadsafe(self._bell.ring)
        await self._server.serve([self._socket])

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/events", self.events),
                Route("/screens/{name}", self.screen),
                Route("/tickets/{number:int}", self.ticket),
                Route("/touch", self.touch, methods=["POST"]),
                Route("/keys/{counter}/{key}", self.key, methods=["POST"]),
                Route("/trouble/{name}", self.press, methods=["POST"]),
                Route("/kill/{name}", self.kill, methods=["POST"]),
                Mount("/room", StaticFiles(directory=PAGES)),
                Mount("/pages", StaticFiles(directory=SHARED)),
            ],
            middleware=[
                # Another site's name may lead here (DNS rebinding); only our own may be asked for.
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
                Middleware(SecurityHeaders),
            ],
            exception_handlers={Refused: refuse, Unreachable: refuse},
        )

    # Seen

    async def page(self, request: Request) -> Response:
        return FileResponse(PAGES / "room.html")

    async def events(self, request: Request) -> Response:
        return StreamingResponse(self._tell(), media_type="text/event-stream", headers=NOT_KEPT)

    async def _tell(self) -> AsyncIterator[bytes]:
        """The whole table at once and at each change, and the lines of the bus as they come."""
        self._lookers += 1
        self.watch.look(True)
        try:
            told, number, beat = None, 0, 0.0
            while True:
                table = look(self.center, self.watch, self.trouble)
                lines = tuple(bus_line(each) for each in self.watch.heard if each.number > number)
                if table != told or lines or time.monotonic() >= beat:
                    yield event(Told(table, lines))
                    told, beat = table, time.monotonic() + BEAT_S
                    number = lines[-1].number if lines else number
                    await asyncio.sleep(REST_S)
                await self._bell.wait(LOOK_S)
        finally:
            self._lookers -= 1
            self.watch.look(self._lookers > 0)

    async def screen(self, request: Request) -> Response:
        screen = self.watch.screens.get(request.path_params["name"])
        if screen is None or screen.picture is None:
            return Response(status_code=404)
        return Response(screen.picture.data, media_type=screen.picture.media, headers=NOT_KEPT)

    async def ticket(self, request: Request) -> Response:
        """A ticket as the printer cut it, the first one is 1."""
        tickets, number = self.center.printer.tickets, request.path_params["number"]
        if not 1 <= number <= len(tickets):
            return Response(status_code=404)
        file = io.BytesIO()
        tickets[number - 1].save(file, "PNG")
        return Response(file.getvalue(), media_type="image/png", headers=NOT_KEPT)

    # Touched

    async def touch(self, request: Request) -> Response:
        check_origin(request)
        point = read(await read_body(request), Point)
        self._make_way(KIOSK)
        self.watch.touch(KIOSK, point.x, point.y)
        return json(Answer(ok=True))

    async def key(self, request: Request) -> Response:
        check_origin(request)
        counters = [each.id for each in self.center.broker.center.counters]
        counter, key = request.path_params["counter"], request.path_params["key"]
        if counter not in counters or key not in KEYS:
            raise Refused("bad-request", "There is no such key.")
        self._make_way(f"counter-{counter}")
        self.center.line.press(keypad(counters.index(counter)), key)
        return json(Answer(ok=True))

    async def press(self, request: Request) -> Response:
        """Press a button; answered when the centre has mended itself, or has not."""
        check_origin(request)
        buttons: dict[str, Callable[[], Awaitable[None]]] = {
            "pay": self.trouble.pay,
            "ask-fee": self.trouble.ask_fee,
            "paper": self.trouble.paper,
            "keypad": self.trouble.keypad,
            "cut": self.trouble.cut,
            "scan": self._scan,
        }
        button = buttons.get(request.path_params["name"])
        if button is None:
            raise Refused("bad-request", "There is no such button.")
        await button()
        return json(Answer(ok=True))

    async def _scan(self) -> None:
        self._make_way(KIOSK)
        await self.trouble.scan()

    async def kill(self, request: Request) -> Response:
        check_origin(request)
        name = request.path_params["name"]
        if name not in self.center.parts:
            raise Refused("bad-request", "There is no such part.")
        await self.trouble.kill(name)
        return json(Answer(ok=True))

    def _make_way(self, device: str) -> None:
        """Whoever is at the page comes before the simulated people."""
        if self.center.people:
            self.center.people.make_way(device)
