"""A process of the harness's own, started anew whenever it is killed, as systemd would."""

import contextlib
import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

# Started from a small server that has the modules already: a restart costs milliseconds and no core.
_server = multiprocessing.get_context("forkserver")
RESTART_S = 0.2
END_S = 10.0


class Child:
    """`main(*arguments)` in a process that logs into the file, until it ends by itself or by `stop`."""

    def __init__(self, name: str, log_file: Path, main: Callable[..., None], *arguments: Any) -> None:
        self.name = name
        self.log_file = log_file
        self.main = main
        self.arguments = arguments
        self.restarts = -1
        self._process: BaseProcess | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=f"child-{name}", daemon=True)

    def __enter__(self) -> "Child":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Child {self.name} restarts={self.restarts}>"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def ended(self) -> bool:
        """Whether it ended by itself, with nothing left to do."""
        return not self._thread.is_alive()

    def kill(self) -> None:
        """End it as `kill -9` does; it comes back."""
        if self._process is not None:
            self._process.kill()

    def limit_files(self, size: int | None) -> None:
        """None of its files may have more bytes, as on a full disk; until it is lifted, or it starts anew."""
        if self._process is not None and self._process.pid is not None and self._process.is_alive():
            soft = resource.RLIM_INFINITY if size is None else size
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))

    def stop(self) -> None:
        self._stop.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(END_S)
        if self._thread.is_alive():
            self.kill()
            self._thread.join()

    def _supervise(self) -> None:
        while not self._stop.is_set():
            self._process = _server.Process(
                target=_run, args=(self.log_file, self.main, self.arguments), name=self.name, daemon=True
            )
            self._process.start()
            self.restarts += 1
            if self._stop.is_set():
                self._process.terminate()
            self._process.join()
            if self._process.exitcode == 0:
                return
            self._stop.wait(RESTART_S)


def preload(*modules: str) -> None:
    """What the children need, imported once."""
    _server.set_forkserver_preload(["__main__", *modules])


def _run(log_file: Path, main: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """In the process itself."""
    with log_file.open("ab") as output:
        os.dup2(output.fileno(), sys.stderr.fileno())
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the harness, which ends them in order
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(*arguments)
