"""What a technician may do from afar: ask a device; see a screen, and touch it where its settings allow."""

from collections.abc import Callable
from typing import Protocol

from bus.answers import Nothing
from bus.asks import Request
from bus.device import Device, Reply
from bus.device_asks import Picture, Screenshot, Touch
from bus.messages import Id, Media, encode
from bus.session import Session
from bus.topics import DEVICE_ASK, DEVICE_REPLY

EXPIRES_S = 10


def ask_device(session: Session, center: Id, device: Id, verb: str, request: Request) -> None:
    """Send a technician's request to a device; its answer comes under the request's own id.

    That is on the topic `DEVICE_REPLY`, to the name of the session.
    """
    session.publish(
        DEVICE_ASK.path(center, device=device, verb=verb),
        encode(request),
        expires_s=EXPIRES_S,
        reply_to=DEVICE_REPLY.path(center, device=device, asker=session.client_id),
        correlation=request.request.bytes,
    )


class Shot(Protocol):
    """A picture of a frame, as the screen took it."""

    @property
    def frame(self) -> int: ...
    @property
    def media(self) -> Media: ...
    @property
    def data(self) -> bytes: ...


def serve_screen(
    device: Device,
    picture: Callable[[int | None, int, Callable[[Shot], None]], None],
    touch: Callable[[float, float], None] | None,
) -> None:
    """Serve `screenshot` and, where there is one, `touch`.

    `picture` is given the width wanted (px), the frame to be newer than, and what takes the picture when it
    is there; `touch` the shares of the screen's width and height.
    """

    def screenshot(request: Request, reply: Reply) -> None:
        assert isinstance(request, Screenshot)
        picture(request.width, request.after, lambda shot: reply(Picture(shot.frame, shot.media, shot.data)))

    def touched(request: Request, reply: Reply) -> None:
        assert isinstance(request, Touch)
        assert touch is not None
        touch(request.x, request.y)
        reply(Nothing())

    device.serve("screenshot", screenshot)
    if touch is not None:
        device.serve("touch", touched)
