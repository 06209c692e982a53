"""How the twin's sensors see its paper and its cover, in the bytes that a printer says it with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """`printer.status` reads the same bits."""

    out: bool
    low: bool
    cover_open: bool

    @property
    def answers(self) -> bytes:
        """To `DLE EOT` 1 to 4: whether it is online, why not, errors, paper."""
        return bytes(
            (
                0x12 | 0x08 * (self.out or self.cover_open),
                0x12 | 0x20 * self.out | 0x04 * self.cover_open,
                0x12,
                0x12 | 0x0C * self.low | 0x60 * self.out,
            )
        )

    @property
    def block(self) -> bytes:
        """The automatic status."""
        printer = 0x10 | 0x08 * (self.out or self.cover_open) | 0x20 * self.cover_open
        return bytes((printer, 0, 0x03 * self.low | 0x0C * self.out, 0x0F))
