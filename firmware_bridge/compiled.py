"""The reference firmware, built for this machine: a twin like the simulated devices."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from typing import Literal

from config.errors import HardwareAbsent
from firmware_bridge.frames import TEXT_CELLS, UNIQUE_BYTES, Kind, Light, Mark
from firmware_bridge.twins import Said

SOURCES = Path(__file__).parent / "firmware"
STRICT = ("-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")
RANDOM_BITS = Path("/proc/sys/vm/mmap_rnd_bits")
MOST_RANDOM_BITS = 28  # where there are more, the address sanitizer of a gcc before 14 may die at its start
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0"}  # there is no heap, and looking for it is not always allowed
PROGRAMS = {  # for this machine
    "device": ("frame.c", "device.c", "hal_host.c"),
    "reader": ("frame.c", "read_host.c"),
}
HAS = {Kind.KEYPAD: (16, 3, 0), Kind.RATER: (5, 3, 0), Kind.SIGN: (0, 0, TEXT_CELLS), Kind.LAMP: (0, 1, 0)}
LAMPS = ("", "waiting", "accepted", "refused")
TICK_MS = 20
FINGER_MS = 31  # keys must be up for longer than 30 ms before another one counts


def build(folder: Path, name: Literal["device", "reader"]) -> Path:
    """Compile a program of the firmware, with every warning an error and every misstep fatal."""
    program = folder / name
    sources = [SOURCES / each for each in PROGRAMS[name]]
    watched = (f"-fsanitize={sanitizers()}", "-fno-sanitize-recover=all")
    try:
        subprocess.run(["gcc", *STRICT, *watched, *sources, "-o", program], check=True)
    except FileNotFoundError as error:
        raise HardwareAbsent("There is no gcc.", hint="Install gcc and libc6-dev.") from error
    return program


def sanitizers() -> str:
    """Those that this machine's kernel has room for, as gcc names them."""
    try:
        room = int(RANDOM_BITS.read_text()) <= MOST_RANDOM_BITS
    except OSError:
        room = False  # only root may know
    return "address,undefined" if room else "undefined"


class CompiledDevice:
    """The firmware in a process of its own, which does in its time what it is told."""

    def __init__(
        self, program: Path, address: int, kind: Kind, baud: int = 19200, *, cells: int = TEXT_CELLS
    ) -> None:
        keys, lamps, most = HAS[kind]
        board = (
            kind.value,
            address,
            keys,
            lamps,
            min(cells, most),
            baud,
            token_hex(4),
            token_hex(UNIQUE_BYTES),
        )
        self._process = subprocess.Popen(
            [program, *map(str, board)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        self.lamp = ""
        self.lights = Light(0, 0)
        self.marks = Mark(0)
        self.text = ""
        self.lit = 0  # the lamps that burn just now
        self.cells = ""  # the characters that can be seen just now
        self.segments = b""
        self.dot = False
        self._ms = 0
        self._began: float | None = None  # at the first command, when it is switched on

    def hear(self, data: bytes, now: float) -> Sequence[Said]:
        """These bytes were on the line; what it says to that."""
        return self._do("hear", now, data.hex())

    def tick(self, now: float) -> None:
        """Time passes; of less than TICK_MS nothing is said."""
        if self._began is None or (now - self._began) * 1000 - self._ms >= TICK_MS:
            self._do("wait", now)

    def press(self, key: int, now: float) -> None:
        """A finger on a key, 1 for the first."""
        self._do("wait", now)
        self._ms += FINGER_MS
        self._do("keys", now, f"{1 << key - 1:x}")
        self._do("keys", now, "0")

    def close(self) -> None:
        """Its power is gone."""
        self._process.communicate()
        if self._process.returncode:
            raise RuntimeError(f"the firmware ended with {self._process.returncode}")

    def _do(self, command: str, now: float, argument: str = "") -> list[Said]:
        if self._began is None:
            self._began = now
        self._ms = max(self._ms, int((now - self._began) * 1000))
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{command} {self._ms} {argument}\n")
        self._process.stdin.flush()
        said: list[Said] = []
        for line in self._process.stdout:
            match line.split():
                case ["."]:
                    return said
                case ["said", after_ms, data]:
                    said.append(Said(int(after_ms) / 1000, bytes.fromhex(data)))
                case ["lamps", lit]:
                    self.lit = int(lit)
                case ["cells", dot, characters, segments]:
                    self.dot = dot == "1"
                    self.cells = bytes.fromhex(characters).decode("ascii")
                    self.segments = bytes.fromhex(segments)
                case ["is", press, on, blink, marks, text]:
                    self.lamp = LAMPS[int(press)]
                    self.lights = Light(int(on), int(blink))
                    self.marks = Mark(int(marks))
                    self.text = bytes.fromhex(text).rstrip(b"\0").decode("ascii")
        raise RuntimeError("the firmware ended")
