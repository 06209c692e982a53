"""The web server: the clerks' page, and the webhook through which a bank's payments come in.

State goes down to the pages by server-sent events, acts come up by POST with the id of the request that the
page made. It is a process of its own, without authority: the hub decides, and the web passes on.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from socket import create_server, socket
from typing import TypeVar

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bus.asks import VERBS, Close, CounterAct, Open
from bus.messages import Answer, Payload, encode
from bus.reading import read
from config.clock import Clock
from config.errors import LuotError, Refused, Unreachable
from config.settings import Login, WebSettings
from config.words import LANGUAGE_NAMES, catalogue
from web.feed import OUT, Told, event
from web.http import SecurityHeaders, check_origin, json, read_body, refuse
from web.link import Link
from web.login import Logins
from web.sepay import Payments, verify
from web.sessions import LIFE, Sessions

log = logging.getLogger(__name__)

PAGES = Path(__file__).with_name("pages")
VERSION = version("luot")
COOKIE = "luot-session"
ACT_S = 5.0  # a clerk waits no longer for a key
BEAT_S = 5.0  # a page hears from us at least that often

Body = TypeVar("Body", bound=Payload)


class Credentials(Payload, frozen=True):
    name: str
    password: str


class Health(Payload, frozen=True):
    """For a technician: what the web knows of itself, the broker and the hub."""

    version: str
    device: str
    connected: bool  # to the broker
    live: bool  # the hub speaks
    boot: str | None  # of the hub
    payments_left: int  # that the hub has not answered


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
        self.logins = Logins(settings.logins, clock)
        self.sessions = Sessions(settings.folder / "sessions.sqlite", clock)
        self.payments = Payments(settings.folder / "payments.sqlite", self.link, clock)
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
        with self.sessions, self.payments:
            async with asyncio.TaskGroup() as tasks:
                background = [
                    tasks.create_task(self.link.follow()),
                    tasks.create_task(self.payments.tell_what_is_left()),
                ]
                with self._listen() as socket:
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
                Route("/login", self.login_page),
                Route("/login", self.log_in, methods=["POST"]),
                Route("/logout", self.log_out, methods=["POST"]),
                Route("/events", self.events),
                Route("/act/{verb}", self.act, methods=["POST"]),
                Route("/payments/sepay", self.sepay, methods=["POST"]),
                Route("/words/{language}", self.words),
                Route("/health", self.health),
                Mount("/pages", StaticFiles(directory=PAGES)),
            ],
            middleware=[Middleware(SecurityHeaders)],
            exception_handlers={Refused: refuse, Unreachable: refuse},
        )

    # Pages

    async def console(self, request: Request) -> Response:
        if self._clerk(request) is None:
            return RedirectResponse("/login", 303)
        return FileResponse(PAGES / "console.html")

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
            payments_left=len(self.payments.unanswered()),
        )
        return json(told, 200 if told.live else 503)

    # Coming and going

    async def log_in(self, request: Request) -> Response:
        credentials = await self._read(request, Credentials)
        login = await self.logins.admit(credentials.name.strip().lower(), credentials.password)
        log.info("logged in login=%s", login.name)
        response = json(Answer(ok=True))
        response.set_cookie(
            COOKIE,
            self.sessions.start(login.name),
            max_age=int(LIFE.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=self.settings.origin.startswith("https:"),
        )
        return response

    async def log_out(self, request: Request) -> Response:
        check_origin(request, self.settings.origin)
        self.sessions.end(request.cookies.get(COOKIE, ""))
        self.link.bell.ring()  # its other tabs go to the login
        response = json(Answer(ok=True))
        response.delete_cookie(COOKIE)
        return response

    # The console

    async def events(self, request: Request) -> Response:
        return StreamingResponse(
            self._tell(request),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _tell(self, request: Request) -> AsyncIterator[bytes]:
        """The whole state at once, at each change, and at least every few seconds."""
        while not self.server.should_exit:
            clerk = self._clerk(request)
            if clerk is None:
                yield OUT
                return
            yield event(
                Told(
                    version=VERSION,
                    clerk=clerk.name,
                    counters=clerk.counters,
                    counter=self.sessions.counter(clerk.name),
                    picture=self.link.picture,
                )
            )
            await self.link.bell.wait(BEAT_S)

    async def act(self, request: Request) -> Response:
        """Pass an act at a counter on to the hub, under the id that the page gave it."""
        verb = VERBS.get(request.path_params["verb"])
        if verb is None or not issubclass(verb.fields, CounterAct):
            raise Refused("bad-request", "No such act.", field="verb")
        fields = await self._read(request, verb.fields)
        assert isinstance(fields, CounterAct)
        clerk = self._clerk(request)
        if clerk is None:
            raise Refused("logged-out", "Nobody is logged in.")
        self._check_may_act(clerk, fields)
        result = await self.link.ask(verb.name, fields, within=ACT_S)
        if isinstance(fields, Open):
            self.sessions.sit(clerk.name, fields.counter)
        if isinstance(fields, Close):
            self.sessions.rise(clerk.name)
        self.link.bell.ring()
        return json(Answer(ok=True, result=msgspec.Raw(encode(result))))

    def _check_may_act(self, clerk: Login, act: CounterAct) -> None:
        """A clerk opens the counters of the settings, and acts at the one that was opened."""
        if clerk.counters and act.counter not in clerk.counters:
            raise Refused("forbidden", "This login may not use this counter.", field="counter")
        if isinstance(act, Open):
            if act.clerk != clerk.name:
                raise Refused("forbidden", "A clerk opens a counter in their own name.", field="clerk")
        elif self.sessions.counter(clerk.name) != act.counter:
            raise Refused("forbidden", "This clerk does not hold this counter.", field="counter")

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

    # Who asks

    def _clerk(self, request: Request) -> Login | None:
        """Whose session it is: none where it ended, or where the settings know the login no longer."""
        name = self.sessions.login(request.cookies.get(COOKIE, ""))
        return self.logins.find(name) if name else None

    async def _read(self, request: Request, body: type[Body]) -> Body:
        """What one of our own pages sent."""
        check_origin(request, self.settings.origin)
        return read(await read_body(request), body)


def run(settings: WebSettings) -> None:
    asyncio.run(Web(settings).serve())
