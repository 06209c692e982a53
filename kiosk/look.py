"""How a citizen wants the pages to be: one touch each, kept until the kiosk is back at its start."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Look:
    """As the centre meant it, unless a citizen says otherwise."""

    large: bool = False  # larger text
    contrast: bool = False  # light on black
    low: bool = False  # what is touched stands low on a tall screen

    def turned(self, name: str) -> "Look":
        """With one of them the other way. `clear` is large text and high contrast at once."""
        match name:
            case "large":
                return replace(self, large=not self.large)
            case "contrast":
                return replace(self, contrast=not self.contrast)
            case "low":
                return replace(self, low=not self.low)
            case "clear":
                clear = not (self.large and self.contrast)
                return replace(self, large=clear, contrast=clear)
        return self


PLAIN = Look()
