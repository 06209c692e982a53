"""A Modbus line that is not there, with signs that keep registers: a pty for a bridge to open.

It is a serial port at a path of its own, as a by-id path is. The line can vanish altogether, and each sign
can be unplugged. Any thread may do something to it, and it is done on return.
"""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from select import select
from struct import unpack_from
from threading import Thread

from firmware_bridge.mailbox import Mailbox
from firmware_bridge.modbus import ONE, SEVERAL, Write
from firmware_bridge.plug import Plug

LONGEST = 256


class SimulatedModbusSign:
    """A sign with all registers that there are, which takes what is written to it."""

    def __init__(self, address: int) -> None:
        self.registers: dict[int, int] = {}
        self._address = address

    def hear(self, request: bytes) -> bytes:
        """The answer to a request; none to another sign's, or to what is none."""
        write = read(request)
        if write is None or write.address != self._address or write.request() != request:
            return b""
        self.registers |= {write.register + place: word for place, word in enumerate(write.words)}
        return write.answer()


class SimulatedModbusLine:
    """A line with a sign at each of these addresses; `path` leads to its port while it is there."""

    def __init__(self, path: Path, addresses: Iterable[int]) -> None:
        self.path = path
        self._plugged = {address: SimulatedModbusSign(address) for address in addresses}
        self._plug = Plug(path)
        self._mailbox = Mailbox()
        self._closing = False
        self._thread = Thread(target=self._run, name=f"simulated Modbus line {path}", daemon=True)

    def __enter__(self) -> "SimulatedModbusLine":
        self._plug.put_in()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._mailbox.do(self._close)
        self._thread.join()
        self._mailbox.close()

    def registers(self, address: int) -> dict[int, int]:
        """What was written to the sign since it has power."""
        sign = self._plugged.get(address)
        return sign.registers if sign else {}

    def unplug(self, address: int) -> None:
        self._mailbox.do(partial(self._plugged.pop, address, None))

    def plug(self, address: int) -> None:
        """With its power the sign lost all that it knew."""
        self._mailbox.do(partial(self._plugged.update, {address: SimulatedModbusSign(address)}))

    def vanish(self) -> None:
        """Pull the adapter out."""
        self._mailbox.do(self._plug.pull_out)

    def return_(self) -> None:
        """Put the adapter back: the same path, most likely another port."""
        self._mailbox.do(self._plug.put_in)

    # The thread

    def _run(self) -> None:
        heard = b""
        while not self._closing:
            ears = [self._mailbox.fileno(), *self._plug.ours]
            ready, _, _ = select(ears, [], [])
            if ears[0] in ready:
                self._mailbox.work()
                heard = b""
            elif ready:
                heard = (heard + os.read(ears[1], LONGEST))[-LONGEST:]
                if read(heard):
                    answers = [sign.hear(heard) for sign in self._plugged.values()]
                    self._plug.write(b"".join(answers))
                    heard = b""
        self._plug.pull_out()

    def _close(self) -> None:
        self._closing = True


def read(request: bytes) -> Write | None:
    """What a request asks for, if these bytes are the whole of one; its CRC is for who compares it."""
    if len(request) >= 8 and request[1] == ONE:
        address, _, register, word = unpack_from(">BBHH", request)
        return Write(address, register, (word,), several=False)
    if len(request) >= 9 and request[1] == SEVERAL and len(request) == 9 + request[6]:
        address, _, register = unpack_from(">BBH", request)
        return Write(address, register, unpack_from(f">{request[6] // 2}H", request, 7), several=True)
    return None
