"""What systemd wants to hear (sd_notify): that a part is ready, and that it still makes progress."""

import os
import socket
import time


class Supervisor:
    """Speaks to the supervisor named in the environment; without one it is silent."""

    def __init__(self) -> None:
        self.address = os.environ.get("NOTIFY_SOCKET", "")
        self.period_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
        self._fed = 0.0

    def ready(self) -> None:
        self._tell("READY=1")

    def progress(self) -> None:
        """Feed the watchdog, at most three times a period. To be called by the loop that does the work."""
        now = time.monotonic()
        if self.period_s and now - self._fed >= self.period_s / 3:
            self._fed = now
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self.address:
            return
        name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(state.encode(), name)
