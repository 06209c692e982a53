"""What a hall board is told by a hub that there is not: a beat, and calls of one number after the other."""

from datetime import date, datetime, timedelta

from bus.messages import Call, CenterState, HubClock, Rev


def a_beat(center: str, number: int, now: datetime) -> CenterState:
    """What a board must know of a centre to show anything."""
    name = {"vi": "Phường Tân Lập"}
    return CenterState(
        Rev("bench", number), center, name, name, ("vi", "en"), "Asia/Ho_Chi_Minh", now.date(), True, (),
        HubClock(True, 0), "bench", now,
    )  # fmt: skip


def a_call(number: int) -> Call:
    """A call of another ticket for every number; labels come again on another day."""
    day = date(2026, 1, 1) + timedelta(days=number // 300)
    label, counter = f"{'ABCDEF'[number % 6]}{number % 1000:03}", str(number % 8 + 1)
    return Call(f"{day}-{label}", 1, number, label, counter, counter, {}, ("vi", "en"))
