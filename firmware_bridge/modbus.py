"""Modbus RTU, as much of it as number signs need: registers are written, and what comes back is judged.

No port and no clock. Function 06 writes one register, 16 several; a sign that obeyed answers with bytes that
are known beforehand. What else may be heard has a name each, for a technician to look for its cause.
"""

from dataclasses import dataclass
from struct import pack

ONE, SEVERAL = 6, 16  # the functions
REFUSED = 0x80  # added to the function of a request that was refused
LONGEST = 64  # bytes that are kept of what is heard: many times an answer

# What a sign says of a request that it refuses, by the specification's exception codes
REFUSALS = {1: "bad-function", 2: "bad-register", 3: "bad-value", 4: "defective", 6: "busy"}

# What to look for, for who reads in health what is wrong
CAUSES = {
    "silent": "no answer: has it power, is this its address, are A and B turned round?",
    "garbled": "its answers cannot be read: another baud rate or parity, or two signs with one address",
    "wrong-address": "another address answers: two masters on the line, or a sign that was set anew",
    "swapped": "its answers have their bytes the wrong way round: it is not quite Modbus RTU",
    "bad-function": "it does not know this function: set `function` to the other one",
    "bad-register": "it has not all registers of its table: compare them with its manual",
    "bad-value": "it does not take what is written: compare `code` and `width` with its manual",
    "defective": "it says that it is defective",
}


@dataclass(frozen=True)
class Write:
    """Words for a sign's registers, from `register` on; `several` is written by function 16, else by 06."""

    address: int
    register: int
    words: tuple[int, ...]
    several: bool

    @property
    def function(self) -> int:
        return SEVERAL if self.several else ONE

    def request(self) -> bytes:
        """The frame that asks for it."""
        words = pack(f">{len(self.words)}H", *self.words)
        if self.several:
            words = pack(">HB", len(self.words), len(words)) + words
        return _frame(pack(">BBH", self.address, self.function, self.register) + words)

    def answer(self) -> bytes:
        """The frame of a sign that did it."""
        return _frame(pack(">BBHH", *self._told()))

    def judge(self, heard: bytes) -> str | None:
        """What a sign said after the request: "ready", or why it refused; nothing while it has not said."""
        if self.answer() in heard:
            return "ready"
        head = bytes((self.address, self.function | REFUSED))
        at = heard.find(head)
        refusal = heard[at : at + 5]
        if at < 0 or len(refusal) < 5 or _frame(refusal[:3]) != refusal:
            return None
        return REFUSALS.get(refusal[2], f"exception-{refusal[2]}")

    def diagnose(self, heard: bytes) -> str:
        """What is wrong, when the time for an answer is over and none was understood."""
        heard = heard.replace(self.request(), b"")  # an adapter may hear itself
        if not heard:
            return "silent"
        if any(_frame(heard[at : at + 6]) == heard[at : at + 8] for at in range(len(heard) - 7)):
            body = pack("<HH", *self._told()[2:])
            low_first = _frame(bytes((self.address, self.function)) + body)
            return "swapped" if low_first in heard else "wrong-address"
        answer = self.answer()
        return "swapped" if answer[:-2] + answer[:-3:-1] in heard else "garbled"

    def _told(self) -> tuple[int, int, int, int]:
        """What an answer says."""
        return self.address, self.function, self.register, len(self.words) if self.several else self.words[0]


def crc(data: bytes) -> bytes:
    """CRC-16/Modbus, low byte first."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def _frame(content: bytes) -> bytes:
    return content + crc(content)
