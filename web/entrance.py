"""Coming in and going out: the login over HTTP, and whose request it is."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from bus.answers import Answer
from bus.messages import Payload
from config.clock import Clock
from config.errors import Refused
from config.settings import Login, WebSettings
from web.bell import Bell
from web.http import answered, check_origin, json, read_ours
from web.login import Logins
from web.sessions import LIFE, Sessions

log = logging.getLogger(__name__)

COOKIE = "luot-session"


class Credentials(Payload, frozen=True):
    name: str
    password: str


class Admitted(Payload, frozen=True):
    """Where somebody who has logged in begins."""

    page: str


class Entrance:
    """Belongs to one event loop; `sessions` is opened by whoever serves."""

    def __init__(self, settings: WebSettings, clock: Clock, bell: Bell) -> None:
        self.origin = settings.origin
        self.logins = Logins(settings.logins, clock)
        self.sessions = Sessions(settings.folder / "sessions.sqlite", clock)
        self.bell = bell

    async def log_in(self, request: Request) -> Response:
        credentials = await read_ours(request, Credentials, self.origin)
        login = await self.logins.admit(credentials.name.strip().lower(), credentials.password)
        log.info("logged in login=%s", login.name)
        page = Admitted("/staff" if login.role == "manager" else "/")
        response = answered(page)
        response.set_cookie(
            COOKIE,
            self.sessions.start(login.name),
            max_age=int(LIFE.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=self.origin.startswith("https:"),
        )
        return response

    async def log_out(self, request: Request) -> Response:
        check_origin(request, self.origin)
        self.sessions.end(request.cookies.get(COOKIE, ""))
        self.bell.ring()  # its other tabs go to the login
        response = json(Answer(ok=True))
        response.delete_cookie(COOKIE)
        return response

    def login(self, request: Request) -> Login | None:
        """Whose session it is: none where it ended, or where the settings know the login no longer."""
        name = self.sessions.login(request.cookies.get(COOKIE, ""))
        return self.logins.find(name) if name else None

    def admitted(self, request: Request) -> Login:
        """The same, for what only somebody who is logged in may do. Raises Refused (`logged-out`)."""
        login = self.login(request)
        if login is None:
            raise Refused("logged-out", "Nobody is logged in.")
        return login
