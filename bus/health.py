"""What a device says of itself every half minute, read from the machine it runs on."""

import logging
import resource
import shutil
from pathlib import Path

from bus.messages import Health, LinkHealth, Payload
from config.clock import Clock

PAGE_MB = resource.getpagesize() / 1_000_000


class HealthFacts(Payload, frozen=True):
    """What only the part itself knows of its health."""

    frame_age_s: float | None = None
    printer: str | None = None
    tickets_left: int | None = None
    links: tuple[LinkHealth, ...] = ()
    calls: str = ""


class LastError(logging.Handler):
    """Keeps the last thing that was logged as an error or a warning, for a technician far away."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()[:300]


def health(
    clock: Clock, started: float, folder: Path, queued: int, last_error: str, facts: HealthFacts
) -> Health:
    """The whole of it; `started` is monotonic seconds, `folder` the one whose disk counts."""
    place = next(each for each in (folder, *folder.parents) if each.exists())
    return Health(
        at=clock.now(),
        uptime_s=int(clock.monotonic() - started),
        memory_mb=round(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB),
        disk_free_mb=shutil.disk_usage(place).free // 1_000_000,
        temperature_c=_temperature(),
        frame_age_s=facts.frame_age_s,
        printer=facts.printer,
        tickets_left=facts.tickets_left,
        links=facts.links,
        queued=queued,
        last_error=last_error,
        calls=facts.calls,
    )


def _temperature() -> float | None:
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text()) / 1000
    except (OSError, ValueError):
        return None
