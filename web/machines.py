"""What staff have to see to at a machine: a printer without paper, a kiosk at which somebody plays."""

from collections.abc import Callable

from bus.device import Received
from bus.messages import Health, Id, Payload, Status

FRESH_S = 90.0  # three times the period in which every device tells how it is
FINE = (None, "ready")


class Need(Payload, frozen=True):
    """A device that needs somebody."""

    device: Id
    what: str  # the printer's state, as "paper-out", or "rush"
    tickets_left: int | None = None  # for which there is paper, about


class Machines:
    """What every device told last, and when; `monotonic` is seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._told: dict[Id, tuple[Health, float]] = {}
        self._lost: set[Id] = set()

    def hear(self, news: object) -> None:
        """What a device said of itself; the broker says it for one that is lost."""
        match news:
            case Received(ids={"device": device}, payload=Health() as health):
                self._told[device] = health, self._monotonic()
            case Received(ids={"device": device}, payload=Status(status="lost")):
                self._lost.add(device)
            case Received(ids={"device": device}, payload=Status()):
                self._lost.discard(device)

    def needs(self) -> tuple[Need, ...]:
        """By device; of one that is lost nobody knows."""
        now = self._monotonic()
        return tuple(
            need
            for device, (health, at) in sorted(self._told.items())
            if device not in self._lost and now - at < FRESH_S
            for need in _needs(device, health)
        )


def _needs(device: Id, health: Health) -> list[Need]:
    needs = [] if health.printer in FINE else [Need(device, str(health.printer), health.tickets_left)]
    return [*needs, Need(device, health.calls)] if health.calls else needs
