"""Lines out of bytes as they come from a scanner: split, glued, too long, or never ended."""

from collections.abc import Iterator

MOST_BYTES = 1024  # of a line; an identity card with long names has about 300
SILENCE_S = 0.5  # within a line, after which the rest of it will not come


class Lines:
    """A line ends with CR, LF or both. What is too long or stays without its end is thrown away whole."""

    def __init__(self) -> None:
        self.faults = 0  # lines that were thrown away
        self._begun = b""
        self._too_long = False
        self._heard = 0.0

    def feed(self, data: bytes, now: float) -> Iterator[bytes]:
        """The lines that end in these bytes; `now` in monotonic seconds."""
        if (self._begun or self._too_long) and now - self._heard >= SILENCE_S:
            self.faults += 1
            self._begun, self._too_long = b"", False
        self._heard = now
        *ended, begun = data.replace(b"\r", b"\n").split(b"\n")
        for rest in ended:
            line, self._begun = self._begun + rest, b""
            if self._too_long or len(line) > MOST_BYTES:
                self.faults += 1
                self._too_long = False
            elif line:
                yield line
        self._begun += begun
        if len(self._begun) > MOST_BYTES:
            self._begun, self._too_long = b"", True
