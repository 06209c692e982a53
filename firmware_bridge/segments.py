"""The characters of a seven-segment sign: which segments light up for each.

Bit 0 is the segment at the top, and on clockwise to bit 5 at the upper left; bit 6 is the one in the middle.
Seven segments can draw every digit and most letters. What they cannot draw is three bars, never another
character: a sign that shows a number that nobody holds is worse than one that says that it cannot.
"""

NONE = 0x49  # three bars
SEGMENTS = {
    " ": 0x00, "-": 0x40, "_": 0x08, "=": 0x48,
    "0": 0x3F, "1": 0x06, "2": 0x5B, "3": 0x4F, "4": 0x66, "5": 0x6D, "6": 0x7D, "7": 0x07, "8": 0x7F,
    "9": 0x6F, "A": 0x77, "B": 0x7C, "C": 0x39, "D": 0x5E, "E": 0x79, "F": 0x71, "G": 0x3D, "H": 0x76,
    "I": 0x30, "J": 0x1E, "L": 0x38, "N": 0x54, "O": 0x5C, "P": 0x73, "Q": 0x67, "R": 0x50, "S": 0x6D,
    "T": 0x78, "U": 0x3E, "Y": 0x6E,
}  # fmt: skip
FIRST, LAST = 0x20, 0x7E  # of printable ASCII


def segments(character: str) -> int:
    """The segments of a character; a small letter is drawn as the capital is."""
    return SEGMENTS.get(character.upper(), NONE)
