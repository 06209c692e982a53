"""Whether a part's data folder keeps what is written to it.

A Pi with an overlay root writes everything to memory and forgets it at the next power cut. Numbers given from
such a folder would be given again, so a part proves its folder before it gives any.
"""

import os
import re
from pathlib import Path
from tempfile import TemporaryFile

from config.errors import LuotError

MOUNTS = Path("/proc/self/mountinfo")
FORGETFUL = ("overlay", "aufs", "tmpfs", "ramfs", "rootfs")  # file systems, as the kernel names them
PROBE_BYTES = 64 * 1024


def proven(folder: Path, volatile: bool) -> None:
    """Return where the folder can be written and survives a power cut; made anew where it is missing.

    `volatile` allows memory and overlays, as `volatile` in the settings does. Raises LuotError with what is
    wrong and what to do.
    """
    word = os.urandom(PROBE_BYTES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as probe:  # without a name: several may prove one folder at once
            probe.write(word)
            probe.flush()
            os.fsync(probe.fileno())
            probe.seek(0)
            kept = probe.read() == word
    except OSError as error:
        raise LuotError(
            f"The folder {folder} cannot be written: {error}.",
            hint="Check `data` in the settings, whose folder it is, and that the disk is mounted, not full.",
        ) from error
    if not kept:
        raise LuotError(f"The folder {folder} gives back other bytes.", hint="Replace the disk or the card.")
    kind = file_system(folder.resolve(), MOUNTS.read_text())
    if kind in FORGETFUL and not volatile:
        raise LuotError(
            f"The folder {folder} is on {kind}: a power cut would empty it.",
            hint="Mount a data partition there, or name a folder of one as `data` in the settings.",
        )


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system that a whole, resolved path is on, by the text of `/proc/self/mountinfo`."""
    kind, depth = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), before.split(" ")[4]))
        # The deepest one counts, and of several at one place the last one mounted.
        if path.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = after.split(" ")[0], len(point.parts)
    return kind
