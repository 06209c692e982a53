"""Judges a settings file before a part is started with it."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from config.errors import HardwareAbsent, SettingsError
from config.layers import Document, Layers, values
from config.load import SHARED, check_shared, is_center, load, load_center
from config.settings import CenterSettings, DisplaySettings, HubSettings, KioskSettings, PrinterSettings
from config.shape import Mistake
from config.translations import missing
from technician.membership import namesakes, strange


def verdict(path: Path) -> str:
    """What a file holds, in a few words; SettingsError with every mistake where it is not right."""
    if path.name == SHARED:
        check_shared(path)
        return "what the devices beside it share; check their files too"
    if is_center(path):
        return _describe(load_center(path))
    if _is_template(path):
        return _describe_template(path)
    settings = load(path)
    role = type(settings).__struct_config__.tag
    described = f"{role} {settings.device} of {settings.center}"
    if isinstance(settings, DisplaySettings) and settings.shows == "board" and settings.sound:
        described += f", {_voice(settings.voice)}"
    if isinstance(settings, DisplaySettings) and settings.pictures:
        described += f", {_pictures(settings.pictures)}"
    if isinstance(settings, HubSettings):
        center = load_center(settings.catalog)
        if center.center != settings.center:
            raise SettingsError(
                f'{path}: `center` is "{settings.center}", and in {settings.catalog} "{center.center}": '
                "make them the same"
            )
        described += f", with {settings.catalog}: {_describe(center)}"
    if isinstance(settings, KioskSettings) and settings.headphones:
        described += f", {_headphones()}"
    if isinstance(settings, KioskSettings | PrinterSettings) and (template := settings.printer.template):
        described += f", with {template}: {_describe_template(template)}"
    return described


def notes(path: Path) -> list[str]:
    """What is right in a file, and still worth knowing."""
    if path.name == SHARED or _is_template(path):
        return []
    if not is_center(path):
        return [*namesakes(path), *strange(path), *_hardware(path)]
    layers = Layers.read(path)
    return layers.told(chain(missing(layers.document), _toned(layers.document)))


def _hardware(path: Path) -> Iterator[str]:
    """What stands between this machine and what hangs on it."""
    from printer.holders import trouble
    from printer.wires import UsbPort

    settings = load(path)
    if isinstance(settings, KioskSettings | PrinterSettings) and settings.printer.usb:
        port = UsbPort(settings.printer.usb)
        if what := trouble(port):
            yield f"{path}: the printer {port}: {what}"


def _toned(document: Document) -> Iterator[Mistake]:
    """The tones that screens take in the place of a colour that could not be read."""
    from screen.theme import themed

    for path, color in values(document, "theme.color"):
        theme = themed(color)
        words, thread = ("#{:02X}{:02X}{:02X}".format(*tone) for tone in (theme.accent, theme.thread))
        if color and {words, thread} != {color.upper()}:
            yield Mistake(
                path, f"`theme.color` is shown as {words} in words and icons, as {thread} in the band"
            )


def _voice(folder: Path) -> str:
    """What calls are said with. Raises SettingsError where a pack cannot be read."""
    from display.voice import read_packs

    packs = read_packs(folder)
    if not packs:
        return f"announced by a chime alone: {folder} has no voice (luot voice make)"
    whole = [pack.manifest.language for pack in packs if not any(pack.problems())]
    faulty = [pack.manifest.language for pack in packs if any(pack.problems())]
    return f"with a voice for {', '.join(whole) or 'no language'}" + (
        f", and what luot voice check tells of {', '.join(faulty)}" if faulty else ""
    )


def _headphones() -> str:
    from screen.speech import check_speech

    try:
        check_speech()
    except HardwareAbsent as error:
        return f"not read aloud: {error.message} ({error.hint})"
    return "read aloud into headphones"


def _pictures(folder: Path) -> str:
    from display.pictures import KINDS, pictures_in

    count = len(pictures_in(folder))
    return f"with {count} pictures" if count else f"without pictures: {folder} has none ({', '.join(KINDS)})"


def _is_template(path: Path) -> bool:
    """Whether this is a ticket's template: it is made of blocks."""
    try:
        return "block" in Layers.read(path).document
    except SettingsError:
        return False  # `load` tells what is wrong with it


def _describe_template(path: Path) -> str:
    """Raises SettingsError where it has mistakes."""
    from printer.template import load

    return f"a ticket of {len(load(path).block)} blocks"


def _describe(center: CenterSettings) -> str:
    return (
        f"centre {center.center} with {len(center.services)} services, {len(center.counters)} counters "
        f"and {len(center.devices)} devices"
    )
