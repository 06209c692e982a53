"""What all the web's answers have in common: JSON and errors as the contract writes them, and headers."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bus.answers import Answer, Fault
from bus.asks import MAX_REQUEST_BYTES
from bus.messages import Payload, encode
from bus.reading import read
from config.errors import Refused, Unreachable

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=Payload)

STATUS = {
    "kept": 202,
    "bad-request": 400,
    "wrong-password": 401,
    "logged-out": 401,
    "forbidden": 403,
    "too-many-tries": 429,
    "unreachable": 503,
    "disk": 507,
}
BY_A_RULE = 409  # any other code: the hub refused it

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
)


class SecurityHeaders:
    """Tells browsers that scripts and styles are ours alone, and that an upgrade is to be seen at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


def check_origin(request: Request, origin: str = "") -> None:
    """Only our own pages may act: no other site's can set the header, or forge its Origin.

    `origin` is the address that browsers use where it is not the request's own. Raises Refused.
    """
    ours = origin or f"http://{request.headers.get('host', '')}"
    if request.headers.get("origin") != ours or "x-luot" not in request.headers:
        raise Refused("forbidden", "The request does not come from a page of this server.")


async def read_ours(
    request: Request, body: type[Body], origin: str = "", most: int = MAX_REQUEST_BYTES
) -> Body:
    """What one of our own pages sent. Raises Refused."""
    check_origin(request, origin)
    return read(await read_body(request, most), body)


async def read_body(request: Request, most: int = MAX_REQUEST_BYTES) -> bytes:
    """The raw body. Raises Refused when it is longer than `most` bytes, by default as long as any request."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refused("bad-request", "The request is too long.")
    return bytes(body)


def json(body: Payload | bytes, status: int = 200) -> Response:
    """An answer that nobody may keep."""
    content = body if isinstance(body, bytes) else encode(body)
    return Response(content, status, {"Cache-Control": "no-store"}, "application/json")


def answered(result: Payload) -> Response:
    """The answer of the contract to what went well."""
    return json(Answer(ok=True, result=msgspec.Raw(encode(result))))


async def refuse(request: Request, error: Exception) -> Response:
    """The error as the contract says it: a handler for Refused, Unreachable and DiskFault."""
    match error:
        case Refused():
            fault = Fault(error.code, error.message, error.field)
        case Unreachable():
            fault = Fault("unreachable", error.message)
        case _:
            log.error("the web cannot use its disk error=%s", error)
            fault = Fault("disk", str(error))
    if fault.code == "forbidden":
        log.warning("forbidden: %s path=%s field=%s", fault.message, request.url.path, fault.field)
    return json(Answer(ok=False, error=fault), STATUS.get(fault.code, BY_A_RULE))
