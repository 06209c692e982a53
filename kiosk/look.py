"""How a citizen wants the pages to be: one touch each, kept until the kiosk is back at its start."""

from dataclasses import dataclass, replace

# Of the spoken guidance, from step 1 on; one between is 12 dB above the lowest (EN 301 549, 8.2.1.2).
VOLUMES = (0.1, 0.2, 0.4, 0.7, 1.0)


@dataclass(frozen=True)
class Look:
    """As the centre meant it, unless a citizen says otherwise."""

    large: bool = False  # larger text
    contrast: bool = False  # light on black
    low: bool = False  # what is touched stands low on a tall screen
    spoken: bool = False  # read aloud
    volume: int = 3  # of the reading, a step of `VOLUMES`

    def chosen(self, name: str) -> bool:
        """Whether it is so. `clear` is large text and high contrast at once."""
        return {
            "large": self.large, "contrast": self.contrast, "clear": self.large and self.contrast,
            "low": self.low, "spoken": self.spoken,
        }[name]  # fmt: skip

    def turned(self, name: str) -> "Look":
        """With one of them the other way."""
        other = not self.chosen(name)
        if name == "clear":
            return replace(self, large=other, contrast=other)
        return replace(self, **{name: other})

    def by(self, steps: int) -> "Look":
        """So many steps louder; softer where that is less than 0."""
        return replace(self, volume=min(max(1, self.volume + steps), len(VOLUMES)))


PLAIN = Look()
