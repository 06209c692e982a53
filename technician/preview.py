"""A ticket as a kiosk would print it, as a picture and as bytes."""

from pathlib import Path

from msgspec import structs

from bus.messages import CenterState
from config.errors import LuotError
from config.load import load_center
from config.settings import PrinterPort
from config.words import LANGUAGE_NAMES, pick
from printer.encode import encode
from printer.profiles import PROFILES, profile_of
from printer.sample import CENTER, SERVICE, sample
from printer.template import load, template_of
from printer.ticket import DOTS_PER_MM, Composed, compose


def preview(
    profile: str, language: str, *, serial: bool, template: Path | None, center: Path | None, again: bool
) -> tuple[Composed, bytes]:
    """The sample's ticket. Raises LuotError for a profile or a language that there is not."""
    _one_of(profile, "profile", list(PROFILES))
    _one_of(language, "language", list(LANGUAGE_NAMES))
    printer = PrinterPort(profile=profile, serial="preview" if serial else "")  # type: ignore[arg-type]
    composed = compose(
        sample(language),
        _center(center),
        pick(SERVICE, language),
        profile_of(printer).width,
        load(template) if template else template_of(printer),
        again=again,
    )
    return composed, encode(composed, profile_of(printer))


def size(composed: Composed) -> str:
    """`72 × 128 mm`"""
    return f"{composed.width // DOTS_PER_MM} × {composed.mm:.0f} mm"


def _one_of(word: str, what: str, words: list[str]) -> None:
    if word not in words:
        raise LuotError(f"There is no {what} {word!r}.", hint=f"Those there are: {', '.join(words)}.")


def _center(path: Path | None) -> CenterState:
    """The sample's centre, by the names in that file."""
    if path is None:
        return CENTER
    center = load_center(path)
    return structs.replace(CENTER, title=center.title, name=center.name, timezone=center.timezone)
