"""A QR code on a ticket: its modules, and the picture for printers that cannot draw it themselves."""

from dataclasses import dataclass
from functools import cached_property

import qrcode
from PIL import Image

LARGE, SMALL = 8, 4  # dots to a module: 1 mm, or half of it for a code that would not fit
QUIET = 64  # dots that stay white beside it: four modules and more


@dataclass(frozen=True)
class Code:
    """A code with error correction M, centred on paper of so many dots."""

    text: str
    width: int

    @property
    def dots(self) -> int:
        """To a module: even ones, which a printer that doubles gets at a quarter of the bytes."""
        return LARGE if len(self._modules) * LARGE <= self.width - QUIET else SMALL

    @property
    def picture(self) -> Image.Image:
        """As wide as the paper, and as high as the code."""
        side = len(self._modules)
        drawn = Image.new("1", (side, side))
        drawn.putdata([0 if dark else 255 for row in self._modules for dark in row])
        drawn = drawn.resize((side * self.dots, side * self.dots), Image.Resampling.NEAREST)
        strip = Image.new("1", (self.width, drawn.height), 255)
        strip.paste(drawn, ((self.width - drawn.width) // 2, 0))
        return strip

    @cached_property
    def _modules(self) -> list[list[bool]]:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(self.text)
        modules: list[list[bool]] = code.get_matrix()
        return modules
