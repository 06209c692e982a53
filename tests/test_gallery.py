"""Every state of every screen, in every language, on every glass: it can be seen, read and touched."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from math import atan, degrees
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from config.errors import LuotError
from demo import gallery
from demo.gallery import GLASS, KEPT, Glass, Name
from display import rating
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.canvas import Canvas, Mark
from screen.theme import GOLD, contrast

NUMBER_DEG = 0.7  # of the eye, a capital of a number that is called or given (EN 301 549, 5.1.4)
WORD_DEG = 16 / 60  # of any word (ISO 9241-303: 16 minutes of arc)
TARGET_MM = 20
KEY_MM = 9  # 37 keys of 20 mm are larger than a small screen
CONTRAST, ICON_CONTRAST = 7, 4.5
# How far, of 255, another version of SDL may draw letters otherwise, at the size of a kept picture. With
# every line a pixel beside its place the most is 30; with one word changed, 39.
BLUR_PX, MOST, MEAN = 6, 34, 3


def ground(canvas: Canvas, mark: Mark) -> Mark:
    """What a mark stands on: the last box that was filled below its middle."""
    below = canvas.marks[: canvas.marks.index(mark)]
    at = mark.box.center
    return next(each for each in reversed(below) if each.kind == "fill" and each.box.collidepoint(at))


def said(canvas: Canvas) -> list[Mark]:
    return [mark for mark in canvas.marks if mark.words]


# What may be wrong with a picture. Each tells all of it.


def cut_or_overlapping(canvas: Canvas, glass: Glass) -> Iterator[str]:
    for mark in canvas.marks:
        if not canvas.box.contains(mark.box):
            yield f"{mark.words or mark.kind!r} leaves the screen"
    edge = 2 * max(2, round(min(canvas.size) / 270))  # of a box: its border, and as much air
    pictures = [mark.box.inflate(edge, edge) for mark in canvas.marks if mark.kind == "picture"]
    for mark in said(canvas):
        below = ground(canvas, mark).box
        if not below.inflate(-edge, -edge).contains(mark.box) and below != canvas.box:
            yield f"{mark.words!r} leaves its box"
        if mark.box.collidelist(pictures) >= 0:
            yield f"{mark.words!r} touches a picture"
        above = canvas.marks[canvas.marks.index(mark) + 1 :]
        if mark.box.collidelist([each.box.inflate(edge, edge) for each in above if not each.words]) >= 0:
            yield f"{mark.words!r} is covered"
    for one, other in combinations(said(canvas), 2):
        if one.box.colliderect(other.box):
            yield f"{one.words!r} stands on {other.words!r}"


def low_in_contrast(canvas: Canvas, glass: Glass) -> Iterator[str]:
    for mark in canvas.marks:
        if mark.kind in ("words", "icon"):
            below = ground(canvas, mark).color
            assert mark.color
            assert below
            if (shown := contrast(mark.color, below)) < (CONTRAST if mark.words else ICON_CONTRAST):
                yield f"{mark.words or mark.kind!r} has a contrast of {shown:.1f}"


def small_to_read(canvas: Canvas, glass: Glass) -> Iterator[str]:
    def angle(mark: Mark, metres: float) -> float:
        return degrees(atan(mark.size * text.CAPITAL / glass.size[0] * glass.mm[0] / 1000 / metres))

    for mark in said(canvas):
        if (seen := angle(mark, glass.near_m)) < WORD_DEG:
            yield f"{mark.words!r} has {seen:.2f}° from {glass.near_m} m"
    largest = max(said(canvas), key=lambda mark: mark.size)
    given = isinstance(canvas, Sheet) or ground(canvas, largest).color == GOLD
    seen = angle(largest, glass.far_m)
    if given and re.fullmatch(r"[A-Z][0-9]{3,4}", largest.words) and seen < NUMBER_DEG:
        yield f"{largest.words} has {seen:.2f}° from {glass.far_m} m"


def hard_to_touch(canvas: Canvas, glass: Glass) -> Iterator[str]:
    across, down = (pixels / mm for pixels, mm in zip(glass.size, glass.mm, strict=True))
    if isinstance(canvas, Sheet):
        targets = canvas.targets
    else:
        targets = {f"score {score}": card for score, card in enumerate(rating.lay_out(glass.size).cards, 1)}
    for target, box in targets.items():
        key = glass.mm[0] < 200 and target.startswith(("key:", "erase", "send"))
        if min(box.width / across, box.height / down) < (KEY_MM if key else TARGET_MM):
            yield f"{target} measures {box.width / across:.1f} by {box.height / down:.1f} mm"
    for (one, box), (other, beside) in combinations(targets.items(), 2):
        if box.colliderect(beside):
            yield f"{one} and {other} overlap"


@pytest.mark.parametrize(
    ("screen", "glass"),
    [(screen, glass) for screen in GLASS for glass in gallery.glasses(screen)],
    ids=lambda value: value if isinstance(value, str) else f"{value.size[0]}x{value.size[1]}",
)
def test_every_state_can_be_seen_read_and_touched(screen: Name, glass: Glass) -> None:
    faults = []
    for language in gallery.languages(screen):
        for picture in gallery.pictures(screen, glass, language):
            canvas = picture.canvas()
            for judge in (cut_or_overlapping, low_in_contrast, small_to_read, hard_to_touch):
                faults += [f"{picture}: {fault}" for fault in judge(canvas, glass)]
    assert not faults, "\n".join(faults)


def differs(shown: Image.Image, kept: Image.Image) -> str:
    """How one picture differs from another; nothing where only their letters' edges do."""
    if shown.size != kept.size:
        return f"is {shown.size}, was {kept.size}"
    kept = kept.convert("RGB")
    mean = max(ImageStat.Stat(ImageChops.difference(shown, kept)).mean)
    blurred = ImageChops.difference(shown.reduce(BLUR_PX), kept.reduce(BLUR_PX))
    most = max(high for _, high in ImageStat.Stat(blurred).extrema)
    return f"on average by {mean:.1f}, at most by {most}" if mean > MEAN or most > MOST else ""


@pytest.mark.parametrize("screen", GLASS)
def test_every_state_looks_as_somebody_agreed_that_it_should(screen: Name, tmp_path: Path) -> None:
    changed = []
    for picture in gallery.kept_pictures():
        if picture.screen == screen:
            kept, shown = KEPT / picture.file, gallery.small(picture)
            if not kept.exists() or (difference := differs(shown, Image.open(kept))):
                shown.save(new := tmp_path / picture.file)
                changed.append(f"{new} is new" if not kept.exists() else f"{new} differs: {difference}")
    told = "\n".join(changed)
    assert not changed, f"{told}\nLook at them; if they are right, keep them: luot gallery --keep"


def test_the_gallery_has_every_state_and_a_sheet_of_all(tmp_path: Path) -> None:
    with pytest.raises(LuotError, match="No sheet has 'lamp'"):
        gallery.run(tmp_path, only="lamp")
    gallery.run(tmp_path, only="sign-800x480-en")
    glass = next(gallery.glasses("sign"))
    files = {each.file for each in gallery.pictures("sign", glass, "en")}
    assert {path.name for path in tmp_path.iterdir()} == {"sign-800x480-en", "sign-800x480-en.png"}
    assert {path.name for path in (tmp_path / "sign-800x480-en").iterdir()} == files
    for path in tmp_path.rglob("*.png"):
        with Image.open(path) as image:
            image.load()


def test_one_picture_is_kept_of_every_state_and_of_no_other() -> None:
    assert sorted(path.name for path in KEPT.iterdir()) == sorted(
        each.file for each in gallery.kept_pictures()
    )


def test_a_change_that_a_person_would_see_is_found() -> None:
    home = next(gallery.kept_pictures())
    scene = home.shows
    assert isinstance(scene, Scene)
    shown = gallery.small(home)
    elsewhere = replace(scene, offer=replace(scene.offer, name={"vi": "Xã Ea Tul"}))
    assert not differs(shown, shown)
    assert differs(gallery.small(replace(home, shows=elsewhere)), shown)
    assert differs(shown.point(lambda value: value - 4), shown)
