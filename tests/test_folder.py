"""A folder that forgets is found out before a number is given from it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bus.folder import file_system, proven
from config.errors import LuotError

# A Pi with an overlay root, a data partition, a stick whose name has a space, a disk over another mount.
MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 0:25 / / rw,relatime - overlay overlay rw,lowerdir=/lower,upperdir=/upper
30 27 0:27 / /run rw,nosuid shared:2 - tmpfs tmpfs rw,size=1000k
31 27 179:3 / /var/lib/luot rw,noatime shared:3 master:1 - ext4 /dev/mmcblk0p3 rw
32 27 8:1 / /media/my\040stick rw - vfat /dev/sda1 rw
33 27 8:2 / /srv rw - tmpfs none rw
34 27 8:3 / /srv rw - xfs /dev/sdb1 rw
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/luot", "overlay"),
        ("/var/lib/luot", "ext4"),
        ("/var/lib/luot/hub", "ext4"),
        ("/var/lib/luotopia", "overlay"),
        ("/run/luot", "tmpfs"),
        ("/media/my stick/hub", "vfat"),
        ("/srv/hub", "xfs"),
    ],
)
def test_the_deepest_and_last_mount_counts(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def test_failure_24_memory_is_no_place_for_numbers() -> None:
    folder = Path("/dev/shm") / f"luot-test-{os.getpid()}"
    try:
        with pytest.raises(LuotError, match="tmpfs") as raised:
            proven(folder, volatile=False)
        assert "`data`" in raised.value.hint
        proven(folder, volatile=True)
    finally:
        folder.rmdir()


def test_failure_24_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LuotError, match="cannot be written") as raised:
        proven(tmp_path / "file" / "hub", volatile=True)
    assert raised.value.hint


def test_a_missing_folder_is_made_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    proven(tmp_path / "data" / "hub", volatile=True)
    assert list((tmp_path / "data" / "hub").iterdir()) == []


def test_several_may_prove_one_folder_at_once(tmp_path: Path) -> None:
    """The web opens the files of its numbers, of its facts and of payments from two threads."""
    with ThreadPoolExecutor(4) as threads:
        for proof in [threads.submit(proven, tmp_path, True) for _ in range(40)]:
            proof.result()
