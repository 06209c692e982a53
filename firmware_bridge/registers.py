"""What goes into the registers of a sign, so that it shows a counter: the sign's table, filled in."""

from config.hardware import ModbusSign, Switch
from firmware_bridge.driver import Face
from firmware_bridge.modbus import Write


def writes(sign: ModbusSign, face: Face) -> tuple[Write, ...]:
    """Everything that the sign is to be told, the number first; the whole of it is told at each visit."""
    values = [(sign.register, _number(sign, face.label))]
    if sign.letter is not None:
        values.append((sign.letter, (ord(face.label[0]) if face.label else 0,)))
    if sign.blink is not None:
        values.append(_switched(sign.blink, face.sure and face.status == "calling"))
    if sign.light is not None:
        values.append(_switched(sign.light, face.label is not None))
    if sign.swapped:
        values = [(register, tuple(_swapped(word) for word in words)) for register, words in values]
    if sign.function == 16:
        return tuple(Write(sign.address, register, words, True) for register, words in values)
    return tuple(
        Write(sign.address, register + place, (word,), False)
        for register, words in values
        for place, word in enumerate(words)
    )


def _number(sign: ModbusSign, label: str | None) -> tuple[int, ...]:
    """The label in the sign's own code, to the right; of one that is too long the end."""
    digits = label[1:] if label else "0"
    match sign.code:
        case "integer":
            return (int(digits),)
        case "bcd":
            return (int(digits, 16),)
    text = (label or "-" * sign.width).rjust(sign.width)[-sign.width :].encode("ascii")
    if sign.code == "ascii":
        return tuple(text)
    text = text.rjust(len(text) + len(text) % 2)
    return tuple(high << 8 | low for high, low in zip(text[::2], text[1::2], strict=True))


def _switched(switch: Switch, on: bool) -> tuple[int, tuple[int, ...]]:
    return switch.register, (switch.on if on else switch.off,)


def _swapped(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8
