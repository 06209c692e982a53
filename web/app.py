"""The web server: the pages of clerks and managers, and the webhook through which a bank's payments come in.

State goes down to the pages by server-sent events, acts come up by POST with the id of the request that the
page made. It is a process of its own, without authority: the hub decides, and the web passes on.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from socket import create_server, socket

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bus.asks import VERBS, Open, PaidCash
from bus.asks import Request as HubRequest
from bus.disk import DiskFault
from bus.messages import Payload
from config.clock import Clock
from config.errors import LuotError, Refused, Unreachable
from config.settings import WebSettings
from config.words import LANGUAGE_NAMES, catalogue
from web import acts, appointments
from web.entrance import Entrance
from web.feed import OUT, Told, event
from web.http import SecurityHeaders, answered, json, read_body, read_ours, refuse
from web.link import Link
from web.outbox import Outbox
from web.sepay import Payments, verify

log = logging.getLogger(__name__)

PAGES = Path(__file__).with_name("pages")
VERSION = version("luot")
ACT_S = 5.0  # a clerk waits no longer for a key
BEAT_S = 5.0  # a page hears from us at least that often


class Import(Payload, frozen=True):
    """Appointments as a spreadsheet saves them."""

    csv: str


class Health(Payload, frozen=True):
    """For a technician: what the web knows of itself, the broker and the hub."""

    version: str
    device: str
    connected: bool  # to the broker
    live: bool  # the hub speaks
    boot: str | None  # of the hub
    facts_left: int  # that the hub has not answered


class Server(uvicorn.Server):
    """Lets the event streams, which never end by themselves, end before it waits for what is open."""

    def __init__(self, config: uvicorn.Config, link: Link) -> None:
        super().__init__(config)
        self.link = link

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self.link.bell.ring()
        await super().shutdown(sockets)


class Web:
    """The web server of one centre."""

    def __init__(self, settings: WebSettings, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        self.settings = settings
        self.clock = clock
        self.link = Link(settings, clock)
        self.entrance = Entrance(settings, clock, self.link.bell)
        self.outbox = Outbox(settings, self.link)
        self.payments = Payments(settings, self.outbox, clock)
        self.server = Server(
            uvicorn.Config(
                self.app(),
                host=settings.host,
                port=settings.port,
                timeout_graceful_shutdown=1,
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                lifespan="off",
            ),
            self.link,
        )

    async def serve(self) -> None:
        """Serve until told to stop; a failure of the bus side ends everything."""
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        with (
            self._listen() as socket,  # first: a group of tasks would wrap what it raises
            self.entrance.sessions,
            closing(self.outbox.disk),
            closing(self.payments.disk),
        ):
            async with asyncio.TaskGroup() as tasks:
                background = [
                    tasks.create_task(self.link.follow()),
                    tasks.create_task(self.outbox.tell_what_is_left()),
                ]
                await self.server.serve([socket])
                for task in background:
                    task.cancel()

    def _listen(self) -> socket:
        """Raises LuotError where the port is taken."""
        address = (self.settings.host, self.settings.port)
        try:
            return create_server(address)
        except OSError as error:
            raise LuotError(
                f"The pages cannot be served on {address[0]}:{address[1]}: {error}.",
                hint="Stop what has that port, or give `port` in the settings another value.",
            ) from error

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.console),
                Route("/assist", self.assist),
                Route("/staff", self.staff),
                Route("/login", self.login_page),
                Route("/login", self.entrance.log_in, methods=["POST"]),
                Route("/logout", self.entrance.log_out, methods=["POST"]),
                Route("/events", self.events),
                Route("/act/{verb}", self.act, methods=["POST"]),
                Route("/appointments", self.import_appointments, methods=["POST"]),
                Route("/payments/sepay", self.sepay, methods=["POST"]),
                Route("/words/{language}", self.words),
                Route("/health", self.health),
                Mount("/pages", StaticFiles(directory=PAGES)),
            ],
            middleware=[Middleware(SecurityHeaders)],
            exception_handlers={Refused: refuse, Unreachable: refuse, DiskFault: refuse},
        )

    # Pages

    async def console(self, request: Request) -> Response:
        return self._page(request, "console.html")

    async def assist(self, request: Request) -> Response:
        return self._page(request, "assist.html")

    async def staff(self, request: Request) -> Response:
        login = self.entrance.login(request)
        if login is not None and login.role != "manager":
            return RedirectResponse("/", 303)
        return self._page(request, "staff.html")

    def _page(self, request: Request, name: str) -> Response:
        if self.entrance.login(request) is None:
            return RedirectResponse("/login", 303)
        return FileResponse(PAGES / name)

    async def login_page(self, request: Request) -> Response:
        return FileResponse(PAGES / "login.html")

    async def words(self, request: Request) -> Response:
        """The translated messages of a language; message ids are English, so English has none."""
        language = request.path_params["language"]
        if language not in LANGUAGE_NAMES:
            return Response(status_code=404)
        return json(msgspec.json.encode(dict(catalogue(language))))

    async def health(self, request: Request) -> Response:
        picture = self.link.picture
        told = Health(
            version=VERSION,
            device=self.settings.device,
            connected=self.link.device.connected,
            live=picture.live,
            boot=picture.center.boot if picture.center else None,
            facts_left=self.outbox.waiting,
        )
        return json(told, 200 if told.live else 503)

    # State and acts

    async def events(self, request: Request) -> Response:
        return StreamingResponse(
            self._tell(request),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _tell(self, request: Request) -> AsyncIterator[bytes]:
        """The whole state at once, at each change, and at least every few seconds."""
        while not self.server.should_exit:
            login = self.entrance.login(request)
            if login is None:
                yield OUT
                return
            picture = self.link.picture
            yield event(
                Told(
                    version=VERSION,
                    clerk=login.name,
                    role=login.role,
                    counters=login.counters,
                    counter=acts.held_by(login.name, picture),
                    facts=self.outbox.waiting,
                    picture=picture,
                )
            )
            await self.link.bell.wait(BEAT_S)

    async def act(self, request: Request) -> Response:
        """Pass what somebody does on to the hub, under the id that the page gave it."""
        verb = VERBS.get(request.path_params["verb"])
        if verb is None:
            raise Refused("bad-request", "No such act.", field="verb")
        fields = await read_ours(request, verb.fields, self.settings.origin)
        login = self.entrance.admitted(request)
        acts.check(login, verb.name, fields, self.link.picture)
        result = await self._carry_out(verb.name, fields)
        if isinstance(fields, Open):  # the next act there would be forbidden as long as nobody sees it
            there = fields.counter
            await self.link.see(lambda now: acts.held_by(login.name, now) == there, within=ACT_S)
        return answered(result)

    async def _carry_out(self, verb: str, fields: HubRequest) -> Payload:
        if not isinstance(fields, PaidCash):
            return await self.link.ask(verb, fields, within=ACT_S)
        try:
            return await self.outbox.tell(verb, fields)
        except Unreachable as error:
            raise Refused("kept", "It is on our disk, and is told until the hub answers.") from error

    async def import_appointments(self, request: Request) -> Response:
        """Book all that a file has, or nothing of it where a line cannot be read."""
        wanted = await read_ours(request, Import, self.settings.origin, appointments.MOST_BYTES)
        acts.check_manager(self.entrance.admitted(request))
        return answered(await appointments.book(wanted.csv, self.link))

    # Payments

    async def sepay(self, request: Request) -> Response:
        if not self.settings.sepay_secret:
            return Response(status_code=404)
        body = await read_body(request)
        now = [each for each in (self.link.picture.at, self.clock.now()) if each]
        timestamp = request.headers.get("x-sepay-timestamp", "")
        signature = request.headers.get("x-sepay-signature", "")
        verify(self.settings.sepay_secret, timestamp, signature, body, now)
        await self.payments.receive(body)
        return json(b'{"success":true}')


def run(settings: WebSettings) -> None:
    asyncio.run(Web(settings).serve())
