"""A desktop that nobody sees, for real windows where there is no screen: Xvfb."""

import os
import shutil
import subprocess
from contextlib import suppress

from center.broker import WITH_US
from config.errors import HardwareAbsent

START_S = 10.0


class VirtualDesktop:
    """`with VirtualDesktop(1920, 1080) as desktop:` start screens with `desktop.environment`."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.display = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "VirtualDesktop":
        """Raises HardwareAbsent where Xvfb is not installed or does not start."""
        if shutil.which("Xvfb") is None:
            raise HardwareAbsent("Xvfb is not installed.", hint="apt-get install xvfb")
        reading, writing = os.pipe()
        width, height = self.size
        size = ("-screen", "0", f"{width}x{height}x24")
        self._process = subprocess.Popen(
            [*WITH_US, "Xvfb", "-displayfd", str(writing), *size, "-nolisten", "tcp", "-noreset"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()  # empty where it ended instead
        if not number:
            raise HardwareAbsent("Xvfb did not start.", hint="Run it by hand to see why: Xvfb :99")
        self.display = f":{number}"
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(START_S)

    @property
    def environment(self) -> dict[str, str]:
        """What a screen's process needs to open its window here."""
        return {
            "DISPLAY": self.display,
            "SDL_VIDEODRIVER": "x11",
            "SDL_AUDIODRIVER": "dummy",
            "SDL_FRAMEBUFFER_ACCELERATION": "0",
        }
