"""What can be a centre's emblem: a PNG file, small enough to be sent to every screen."""

from pathlib import Path

MOST_BYTES, MOST_PX = 32_000, 1024


def fault(path: Path) -> str:
    """Why a file cannot be one, in words for a technician; nothing where it can."""
    from PIL import Image  # only a centre with an emblem pays for it

    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            return (
                f"has {size / 1000:.0f} kB, and every screen gets it: make it {MOST_BYTES // 1000} kB or less"
            )
        with Image.open(path, formats=["PNG"]) as image:
            if max(image.size) > MOST_PX:
                wide, high = image.size
                return f"measures {wide} by {high} pixels: make it {MOST_PX} by {MOST_PX} or less"
            image.load()
    except FileNotFoundError:
        return f"names no file: {path}"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # what Pillow raises
        return f"cannot be read as a PNG file: {path}"
    return ""
