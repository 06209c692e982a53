"""Signs of the market: their frames, their registers, and a real Modbus server as the other side."""

import asyncio
import os
import tty
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from select import select
from threading import Thread
from typing import Any, Literal, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pymodbus import FramerType
from pymodbus.framer import FramerRTU
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from config.fields import Baud
from config.hardware import Line as Settings
from config.hardware import Modbus, ModbusSign, Switch
from firmware_bridge.driver import Face, LinkChanged
from firmware_bridge.line import Line
from firmware_bridge.modbus import Write, crc
from firmware_bridge.modbus_line import ModbusLine
from firmware_bridge.modbus_master import ABSENT_S, MISSES, PATIENCE_S, VISIT_S, ModbusMaster
from firmware_bridge.registers import writes
from firmware_bridge.simulated_modbus import SimulatedModbusLine, SimulatedModbusSign
from tests.inbox import take_until

T = TypeVar("T")

CALLING = Face("calling", "A012", sure=True)
SERVING = Face("serving", "A012", sure=True)
FREE = Face("free", sure=True)


class TestFrames:
    """The examples of the specification, and another implementation."""

    def test_one_register_is_written_by_function_6(self) -> None:
        write = Write(0x11, 1, (3,), several=False)
        assert write.request() == write.answer() == bytes.fromhex("11 06 0001 0003 9A9B")

    def test_several_registers_are_written_by_function_16(self) -> None:
        write = Write(0x11, 1, (0x000A, 0x0102), several=True)
        assert write.request() == bytes.fromhex("11 10 0001 0002 04 000A 0102 C6F0")
        assert write.answer() == bytes.fromhex("11 10 0001 0002 1298")

    @given(st.binary(max_size=40))
    def test_the_checksum_is_that_of_pymodbus(self, data: bytes) -> None:
        assert crc(data) == FramerRTU.compute_CRC(data).to_bytes(2, "big")


class TestWhatIsHeard:
    WRITE = Write(3, 0x0010, (0x4130, 0x3132), several=True)

    def test_the_answer_counts_wherever_noise_is_beside_it(self) -> None:
        assert self.WRITE.judge(b"\xff\x00" + self.WRITE.answer() + b"\x80") == "ready"

    def test_half_an_answer_is_none_yet(self) -> None:
        assert self.WRITE.judge(self.WRITE.answer()[:-1]) is None

    @pytest.mark.parametrize(
        ("code", "name"), [(1, "bad-function"), (2, "bad-register"), (3, "bad-value"), (9, "exception-9")]
    )
    def test_a_refusal_has_the_name_of_its_reason(self, code: int, name: str) -> None:
        assert self.WRITE.judge(framed(bytes((3, 0x90, code)))) == name

    def test_a_damaged_refusal_is_none(self) -> None:
        assert self.WRITE.judge(bytes((3, 0x90, 2, 0, 0))) is None

    @pytest.mark.parametrize(
        ("heard", "name"),
        [
            (b"", "silent"),
            (WRITE.request(), "silent"),  # the adapter hears itself
            (WRITE.answer()[:5], "garbled"),
            (b"\x00\xfe\x18\x00\xf8\xe0\x66\x06\x1e", "garbled"),  # as another speed looks
            (Write(4, 0x0010, (1, 2), several=True).answer(), "wrong-address"),
            (Write(3, 0x1000, tuple(range(0x0200)), several=False).answer()[:2], "garbled"),
            (WRITE.answer()[:-2] + WRITE.answer()[:-3:-1], "swapped"),  # the checksum's bytes
        ],
    )
    def test_a_fault_has_a_name(self, heard: bytes, name: str) -> None:
        assert self.WRITE.diagnose(heard) == name

    def test_registers_that_come_back_low_byte_first_are_swapped(self) -> None:
        write = Write(3, 0x0010, (0x0102,), several=False)
        assert write.diagnose(framed(bytes.fromhex("03 06 1000 0201"))) == "swapped"


def framed(content: bytes) -> bytes:
    return content + crc(content)


BLINK, LIGHT = Switch(20, on=2, off=0), Switch(21, on=7, off=1)


class TestRegisters:
    """What a sign's table makes of a counter: register → word, as the sign keeps them."""

    @pytest.mark.parametrize(
        ("sign", "face", "kept"),
        [
            (ModbusSign(1, "1", 7), SERVING, {7: 12}),
            (ModbusSign(1, "1", 7), FREE, {7: 0}),
            (ModbusSign(1, "1", 7, "integer", letter=6), SERVING, {7: 12, 6: 0x41}),
            (ModbusSign(1, "1", 7, "integer", letter=6), FREE, {7: 0, 6: 0}),
            (ModbusSign(1, "1", 7, "bcd"), Face("serving", "B1234", sure=True), {7: 0x1234}),
            (ModbusSign(1, "1", 0, "ascii"), SERVING, {0: 0x41, 1: 0x30, 2: 0x31, 3: 0x32}),
            (ModbusSign(1, "1", 0, "ascii", 3), SERVING, {0: 0x30, 1: 0x31, 2: 0x32}),
            (ModbusSign(1, "1", 0, "ascii", 2), FREE, {0: 0x2D, 1: 0x2D}),
            (ModbusSign(1, "1", 9, "ascii-pairs"), SERVING, {9: 0x4130, 10: 0x3132}),
            (ModbusSign(1, "1", 9, "ascii-pairs", 5), SERVING, {9: 0x2020, 10: 0x4130, 11: 0x3132}),
            (ModbusSign(1, "1", 9, "ascii-pairs", swapped=True), SERVING, {9: 0x3041, 10: 0x3231}),
            (ModbusSign(1, "1", 7, blink=BLINK, light=LIGHT), CALLING, {7: 12, 20: 2, 21: 7}),
            (ModbusSign(1, "1", 7, blink=BLINK, light=LIGHT), SERVING, {7: 12, 20: 0, 21: 7}),
            (ModbusSign(1, "1", 7, blink=BLINK, light=LIGHT), FREE, {7: 0, 20: 0, 21: 1}),
            (ModbusSign(1, "1", 7, blink=BLINK), Face("calling", "A012", sure=False), {7: 12, 20: 0}),
        ],
    )
    @pytest.mark.parametrize("function", [6, 16])
    def test_a_table_is_filled_in(
        self, sign: ModbusSign, face: Face, kept: dict[int, int], function: int
    ) -> None:
        twin = SimulatedModbusSign(sign.address)
        for write in writes(replace(sign, function=function), face):
            assert write.request()[1] == function
            assert twin.hear(write.request()) == write.answer()
        assert twin.registers == kept
        assert set(kept) == set(sign.registers)


class Bus:
    """A master and its signs, with a clock that goes from one thing that happens to the next."""

    TURN_S = 0.02

    def __init__(self, *signs: ModbusSign) -> None:
        self.now = 100.0
        self.changes: list[LinkChanged] = []
        self.master = ModbusMaster(Modbus("", signs), self.changes.append)
        self.twins = {sign.address: SimulatedModbusSign(sign.address) for sign in signs}
        self.requests: list[tuple[float, bytes]] = []
        self.ends = [0.0]  # of all that was said
        self.disturb: Callable[[bytes], bytes] = lambda answer: answer
        self.master.attach()

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            request = self.master.send(self.now)
            if not request:
                self.now = min(end, max(self.now + 0.0001, self.master.wake()))
                continue
            self.requests.append((self.now, request))
            self.now += len(request) * 11 / self.master.baud
            self.ends.append(self.now)
            answers = b"".join(twin.hear(request) for twin in self.twins.values())
            if answer := self.disturb(answers):
                self.now += self.TURN_S
                self.ends.append(self.now)
                self.master.receive(answer, self.now)

    def states(self) -> dict[str, str]:
        return {link.name: link.state for link in self.master.health()}

    def asked(self, address: int) -> int:
        return sum(request[0] == address for _, request in self.requests)


NUMBER_SIGN = ModbusSign(3, "1", 7, blink=BLINK)
TEXT_SIGN = ModbusSign(4, "2", 9, "ascii-pairs")


class TestTheMaster:
    def test_nothing_is_written_before_there_is_something_to_show(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.run(5)
        assert bus.requests == []

    def test_a_sign_that_is_fine_is_told_everything_once_a_second(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.master.show("modbus-3", CALLING)
        bus.run(10 * VISIT_S)
        assert 16 <= bus.asked(3) <= 20  # two registers each time
        assert bus.twins[3].registers == {7: 12, 20: 2}
        assert bus.states() == {"modbus": "ready", "modbus-3": "ready"}
        link = bus.master.health()[1]
        assert (link.frames, link.errors, link.retries) == (bus.asked(3), 0, 0)
        assert 20 < link.round_trip_ms < 40

    def test_a_change_is_told_at_once(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.master.show("modbus-3", FREE)
        bus.run(0.3)
        bus.master.show("modbus-3", CALLING)
        bus.run(0.1)
        assert bus.twins[3].registers == {7: 12, 20: 2}

    def test_a_change_in_the_middle_of_a_visit_leaves_nothing_of_before(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.master.show("modbus-3", CALLING)
        assert bus.master.send(bus.now)  # and before its answer
        bus.master.show("modbus-3", FREE)
        bus.run(0.5)
        assert bus.twins[3].registers == {7: 0, 20: 0}

    @pytest.mark.parametrize("baud", [9600, 115200])
    def test_the_line_rests_for_three_and_a_half_characters_between_frames(self, baud: Baud) -> None:
        bus = Bus(NUMBER_SIGN, TEXT_SIGN)
        bus.master = ModbusMaster(Modbus("", (NUMBER_SIGN, TEXT_SIGN), baud), bus.changes.append)
        bus.master.attach()
        for name in ("modbus-3", "modbus-4"):
            bus.master.show(name, CALLING)
        bus.run(2)
        rests = [at - max(end for end in bus.ends if end <= at) for at, _ in bus.requests]
        assert len(rests) > 4
        assert min(rests) >= max(3.5 * 11 / baud, 0.00175) - 1e-9

    def test_a_silent_sign_is_said_so_and_takes_little_of_the_others_time(self) -> None:
        bus = Bus(NUMBER_SIGN, TEXT_SIGN)
        absent = bus.twins.pop(4)
        for name in ("modbus-3", "modbus-4"):
            bus.master.show(name, CALLING)
        bus.run(30)
        assert bus.states() == {"modbus": "ready", "modbus-3": "ready", "modbus-4": "silent"}
        assert bus.asked(4) <= MISSES + 30 / ABSENT_S
        assert bus.asked(3) >= 2 * 25
        bus.twins[4] = absent
        bus.run(ABSENT_S + PATIENCE_S)
        assert absent.registers == {9: 0x4130, 10: 0x3132}
        assert bus.changes[-1] == LinkChanged("modbus-4", "ready")

    def test_a_sign_without_power_for_a_moment_is_right_after_a_second(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.master.show("modbus-3", CALLING)
        bus.run(0.5)
        bus.twins[3] = SimulatedModbusSign(3)
        bus.run(VISIT_S)
        assert bus.twins[3].registers == {7: 12, 20: 2}

    def test_a_lost_answer_is_asked_for_again(self) -> None:
        bus = Bus(NUMBER_SIGN)
        lost = iter([True, False, True])
        bus.disturb = lambda answer: b"" if next(lost, False) else answer
        bus.master.show("modbus-3", CALLING)
        bus.run(1.5)
        assert bus.twins[3].registers == {7: 12, 20: 2}
        assert bus.master.health()[1].retries == 2
        assert bus.states()["modbus-3"] == "ready"

    def test_a_register_that_the_sign_has_not_is_named_and_the_number_is_shown_all_the_same(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.disturb = lambda answer: framed(bytes((3, 0x90, 2))) if answer[3] == BLINK.register else answer
        bus.master.show("modbus-3", SERVING)
        bus.run(3)
        assert bus.twins[3].registers[7] == 12
        assert bus.states()["modbus-3"] == "bad-register"
        assert "compare them with its manual" in bus.master.health()[1].about

    @pytest.mark.parametrize(
        ("disturb", "state"),
        [
            (lambda answer: answer[:3], "garbled"),
            (lambda answer: framed(b"\x05" + answer[1:-2]), "wrong-address"),
            (lambda answer: answer[:-2] + answer[:-3:-1], "swapped"),
        ],
    )
    def test_what_is_wrong_with_its_answers_is_named(
        self, disturb: Callable[[bytes], bytes], state: str
    ) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.master.show("modbus-3", SERVING)
        bus.disturb = disturb
        bus.run(3)
        assert bus.states()["modbus-3"] == state
        assert bus.master.health()[1].errors >= MISSES
        bus.disturb = lambda answer: answer
        bus.run(ABSENT_S + 1)
        assert bus.states()["modbus-3"] == "ready"

    def test_a_line_that_went_and_came_is_told_everything_anew(self) -> None:
        bus = Bus(NUMBER_SIGN)
        bus.master.show("modbus-3", CALLING)
        bus.run(0.5)
        bus.master.detach("it is not plugged in")
        assert set(bus.states().values()) == {"absent", "silent"}
        bus.twins[3] = SimulatedModbusSign(3)
        bus.master.attach()
        bus.run(0.2)
        assert bus.twins[3].registers == {7: 12, 20: 2}


class Cable:
    """Two serial ports that are joined, as long as nobody cuts the wire between them."""

    def __init__(self, one: Path, other: Path) -> None:
        self.whole = True
        self._paths = (one, other)
        self._ends = [os.openpty() for _ in self._paths]
        self._bell = os.eventfd(0)
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Cable":
        for path, (_, port) in zip(self._paths, self._ends, strict=True):
            tty.setraw(port)
            path.symlink_to(os.ttyname(port))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.eventfd_write(self._bell, 1)
        self._thread.join()
        for end in [self._bell, *(end for ends in self._ends for end in ends)]:
            os.close(end)

    def _run(self) -> None:
        one, other = (inner for inner, _ in self._ends)
        across = {one: other, other: one}
        while self._bell not in (ready := select([self._bell, *across], [], [])[0]):
            for end in ready:
                data = os.read(end, 256)
                if self.whole:
                    os.write(across[end], data)


class Signs:
    """pymodbus's server with two signs: one keeps registers 0 to 99, the other only 9 and 10."""

    def __init__(self, port: Path) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Signs":
        self._thread.start()
        self._server = self._do(self._serve())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._server.shutdown())  # type: ignore[no-untyped-call]
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def kept(self, address: int, register: int, count: int = 1) -> list[int]:
        return [int(each) for each in self._do(self._server.async_getValues(address, 3, register, count))]

    async def _serve(self) -> ModbusSerialServer:
        words = DataType.REGISTERS
        devices = [
            SimDevice(3, [SimData(0, count=100, values=0, datatype=words)]),
            SimDevice(4, [SimData(9, count=2, values=0, datatype=words)]),
        ]
        server = ModbusSerialServer(
            devices,
            framer=FramerType.RTU,
            port=str(self._port),
            baudrate=115200,
            ignore_missing_devices=True,
        )
        await server.serve_forever(background=True)
        return server

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


class Room:
    """A bridge's driver and pymodbus's signs, with a cable between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inbox: SimpleQueue[object] = SimpleQueue()
        self.cable = Cable(folder / "line", folder / "signs")
        self.signs = Signs(folder / "signs")
        self._opened = ExitStack()

    def __enter__(self) -> "Room":
        self._opened.enter_context(self.cable)
        self._opened.enter_context(self.signs)
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def open(self, *signs: ModbusSign) -> ModbusLine:
        settings = Modbus(str(self.folder / "line"), signs, 115200)
        return self._opened.enter_context(ModbusLine(settings, self.inbox))

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        until(self.inbox, what, holds)


def until(inbox: SimpleQueue[object], what: str, holds: Callable[[], bool]) -> None:
    def take(news: object) -> None:
        assert isinstance(news, LinkChanged), news

    take_until(inbox, take, what, holds)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with Room(tmp_path) as room:
        yield room


def state(line: ModbusLine, name: str) -> str:
    return next(link.state for link in line.health() if link.name == name)


@pytest.mark.parametrize("function", [6, 16])
def test_a_real_server_takes_every_number(room: Room, function: Literal[6, 16]) -> None:
    text = ModbusSign(4, "2", 9, "ascii-pairs", function=function)
    line = room.open(replace(NUMBER_SIGN, function=function), text)
    assert line.faces == {"modbus-3": "1", "modbus-4": "2"}
    for name in line.faces:
        line.show(name, CALLING)
    room.until("the number", lambda: room.signs.kept(3, 7) == [12])
    room.until("the blinking", lambda: room.signs.kept(3, 20) == [2])
    room.until("the text", lambda: room.signs.kept(4, 9, 2) == [0x4130, 0x3132])
    for name in line.faces:
        line.show(name, Face("serving", "B345", sure=True))
    room.until("the next number", lambda: room.signs.kept(3, 7) == [345])
    room.until("the rest", lambda: room.signs.kept(3, 20) == [0])
    room.until("the next text", lambda: room.signs.kept(4, 9, 2) == [0x4233, 0x3435])
    room.until("both to be fine", lambda: {each.state for each in line.health()} == {"ready"})


def test_a_real_server_says_which_register_it_has_not(room: Room) -> None:
    line = room.open(ModbusSign(4, "2", 9, "ascii-pairs", light=LIGHT))
    line.show("modbus-4", SERVING)
    room.until("the refusal", lambda: state(line, "modbus-4") == "bad-register")
    room.until("the text", lambda: room.signs.kept(4, 9, 2) == [0x4130, 0x3132])


def test_after_a_cut_in_the_wire_the_sign_is_right(room: Room) -> None:
    line = room.open(NUMBER_SIGN)
    line.show("modbus-3", SERVING)
    room.until("the number", lambda: room.signs.kept(3, 7) == [12])
    room.cable.whole = False
    line.show("modbus-3", Face("serving", "A013", sure=True))
    room.until("the silence", lambda: line.health()[1].retries > 0)
    room.cable.whole = True
    room.until("the number of now", lambda: room.signs.kept(3, 7) == [13])


def test_the_adapter_may_be_pulled_out_and_the_sign_may_lose_its_power(tmp_path: Path) -> None:
    inbox: SimpleQueue[object] = SimpleQueue()
    settings = Modbus(str(tmp_path / "line"), (NUMBER_SIGN, TEXT_SIGN), parity="even")
    with SimulatedModbusLine(tmp_path / "line", (3, 4)) as twins, ModbusLine(settings, inbox) as line:
        for name in line.faces:
            line.show(name, CALLING)
        twins.vanish()
        twins.plug(3)
        twins.unplug(4)
        twins.return_()
        twins.plug(4)
        wanted = [{7: 12, 20: 2}, {9: 0x4130, 10: 0x3132}]
        until(inbox, "both signs", lambda: [twins.registers(address) for address in (3, 4)] == wanted)


@pytest.mark.parametrize(("kind", "why"), [("nothing", "it is not plugged in"), ("folder", "Is a directory")])
def test_a_line_that_cannot_be_used_says_why(tmp_path: Path, kind: str, why: str) -> None:
    if kind == "folder":
        (tmp_path / kind).mkdir()
    inbox: SimpleQueue[object] = SimpleQueue()
    path = str(tmp_path / kind)
    with ModbusLine(Modbus(path, (NUMBER_SIGN,)), inbox) as modbus, Line(Settings(path), inbox) as line:
        for each in (modbus, line):
            until(inbox, "the reason", lambda each=each: why in each.health()[0].about)  # type: ignore[misc]
            assert each.health()[0].state == "absent"
