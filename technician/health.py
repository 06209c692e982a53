"""`luot health`: how the devices of the centre are, in what each of them told last."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from bus.device_asks import DeviceRequest
from bus.messages import Health, Id, LinkHealth, Status
from bus.reading import read
from bus.remote import ask_device
from bus.session import Connected, Disconnected, Message, Session
from bus.topics import DEVICE_ASK, HEALTH, STATUS
from config.errors import Refused, Unreachable
from config.settings import TechnicianSettings
from technician.asking import no_connection

PATIENCE_S = 10.0


@dataclass
class Told:
    """What is known of a device; the broker keeps it, also of one that is away."""

    status: Status | None = None
    health: Health | None = None


def healths(settings: TechnicianSettings) -> dict[Id, Told]:
    """What every device told last. Raises Unreachable."""
    found: dict[Id, Told] = {}
    center, ours = settings.center, settings.device
    topics = [STATUS.filter(center), HEALTH.filter(center), DEVICE_ASK.filter(center, device=ours)]
    connected, deadline = False, time.monotonic() + PATIENCE_S
    with Session(settings.broker, ours, topics) as session:
        while (left := deadline - time.monotonic()) > 0:
            for item in session.receive(left):
                match item:
                    case Connected():  # our own word comes back behind all that the broker has kept
                        ask_device(session, center, ours, "identify", DeviceRequest(uuid4()))
                        connected = True
                    case Disconnected(reason):
                        raise no_connection(settings, reason)
                    case Message() as message if DEVICE_ASK.match(message.topic):
                        return found
                    case Message() as message if message.payload:
                        _note(found, message)
    if not connected:
        raise no_connection(settings)
    raise Unreachable("The broker tells nothing.", hint=f"Is {ours} the account of a technician?")


def _note(found: dict[Id, Told], message: Message) -> None:
    """What cannot be read, as that of a newer device, is passed over."""
    with suppress(Refused):
        if ids := STATUS.match(message.topic):
            found.setdefault(ids["device"], Told()).status = read(message.payload, Status)
        elif ids := HEALTH.match(message.topic):
            found.setdefault(ids["device"], Told()).health = read(message.payload, Health)


def tell(found: Mapping[Id, Told], devices: Collection[Id] = ()) -> Iterator[str]:
    """The lines that a technician reads of these devices, or of all."""
    if not (devices or found):
        yield "No device was on the bus since the broker was started."
    for device in sorted(devices or found):
        told = found.get(device, Told())
        status, health = told.status, told.health
        if status is None or status.status == "lost":
            yield f"{device}: lost: is it switched on, on the network, and running?"
        elif health is None:
            yield f"{device}: online, and has not told more yet"
        else:
            up = timedelta(seconds=health.uptime_s)
            yield (
                f"{device}: online for {up}, luot {status.version} on {status.host}, "
                f"{health.memory_mb} MB of memory, {health.disk_free_mb} MB of disk free"
            )
            yield from (f"  {_link(link)}" for link in health.links)
            if health.last_error:
                yield f"  last error: {health.last_error}"


def _link(link: LinkHealth) -> str:
    about = f" ({link.about})" if link.about else ""
    if not link.frames + link.errors + link.retries:
        return f"{link.name}: {link.state}{about}"
    counted = f"{link.frames} frames, {link.errors} errors, {link.retries} retries"
    trip = f", {link.round_trip_ms} ms" if link.round_trip_ms else ""
    return f"{link.name}: {link.state}{about}; {counted}{trip}"
