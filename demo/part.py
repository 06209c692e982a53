"""A part of the centre as the process that it really is, kept alive as systemd would."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from center.broker import WITH_US

log = logging.getLogger(__name__)

RESTART_S = 1.0
END_S = 5.0


class Part:
    """`luot ROLE --config FILE`, started anew whenever it ends until `stop`; it logs beside its settings."""

    def __init__(
        self,
        role: str,
        config: Path,
        *,
        environment: Mapping[str, str] | None = None,
        restart_s: float = RESTART_S,
    ) -> None:
        self.role = role
        self.config = config
        self.name = config.stem
        self.environment = environment or {}
        self.restart_s = restart_s
        self.restarts = 0
        self.started_at = 0.0  # monotonic seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=f"part-{self.name}", daemon=True)

    def __enter__(self) -> "Part":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Part {self.name} ({self.role}) restarts={self.restarts}>"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def log_file(self) -> Path:
        return self.config.parent / "logs" / f"{self.name}.log"

    def last_words(self) -> str:
        """The last line that it logged: why it ended."""
        lines = self.log_file.read_text(errors="replace").splitlines() if self.log_file.exists() else []
        return next((line for line in reversed(lines) if not line.startswith("hint:")), "no word")

    def kill(self) -> None:
        """End it as `kill -9` does; it comes back by itself."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        self._stop.set()
        if self._process is not None:
            self._process.terminate()
        if self._thread.is_alive():
            self._thread.join(END_S)
            if self._thread.is_alive():
                self.kill()
                self._thread.join()

    def _supervise(self) -> None:
        self.log_file.parent.mkdir(exist_ok=True)
        with self.log_file.open("ab") as output:
            while not self._stop.is_set():
                self.started_at = time.monotonic()
                self._process = subprocess.Popen(
                    [*WITH_US, Path(sys.executable).with_name("luot"), self.role, "--config", self.config],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={**os.environ, **self.environment},
                    start_new_session=True,  # Ctrl-C is for the demo, which ends its parts in order
                )
                if self._stop.is_set():
                    self._process.terminate()
                code = self._process.wait()
                if not self._stop.is_set():
                    log.warning("a part ended and is started again part=%s code=%s", self.name, code)
                    if not self._stop.wait(self.restart_s):
                        self.restarts += 1
