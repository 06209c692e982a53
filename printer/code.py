"""A QR code on a ticket: its modules, and the picture for printers that cannot draw it themselves."""

from dataclasses import dataclass
from functools import lru_cache

import qrcode
from PIL import Image

LARGE, SMALL = 8, 4  # dots to a module: 1 mm, or half of it for a code that would not fit
MASK = 4
QUIET = 64  # dots that stay white beside it: four modules and more


@dataclass(frozen=True)
class Code:
    """A code with error correction M, centred on paper of so many dots."""

    text: str
    width: int

    @property
    def modules(self) -> int:
        """Of a side."""
        return 17 + 4 * int(_of(self.text).best_fit())

    @property
    def dots(self) -> int:
        """To a module: even ones, which a printer that doubles gets at a quarter of the bytes."""
        return LARGE if self.modules * LARGE <= self.width - QUIET else SMALL

    @property
    def height(self) -> int:
        return self.modules * self.dots

    @property
    def picture(self) -> Image.Image:
        """As wide as the paper, and as high as the code."""
        modules = _of(self.text).get_matrix()
        drawn = Image.new("1", (len(modules), len(modules)))
        drawn.putdata([0 if dark else 255 for row in modules for dark in row])
        side = len(modules) * self.dots
        strip = Image.new("1", (self.width, side), 255)
        strip.paste(drawn.resize((side, side), Image.Resampling.NEAREST), ((self.width - side) // 2, 0))
        return strip


@lru_cache(maxsize=4)
def _of(text: str) -> qrcode.QRCode:
    """The mask is a fixed one: to look for the best of eight takes longer than all the rest of a ticket."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text)
    return code
