"""What the demo is asked for on the command line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DemoOptions:
    """The options of `luot demo`."""

    headless: bool = False  # no windows on this desktop
    for_s: float | None = None  # how long it runs; none: until it is stopped
    seed: int = 1  # of the citizens and clerks
    speed: float = 1.0  # how often people come; clocks run as they do
    folder: Path | None = None  # where its files are kept; none: a folder that is removed at the end
    port: int = 0  # of the control room; 0: a free one
