"""What lies on the control room's table now, as its page is told it."""

from typing import TYPE_CHECKING

from bus.messages import CounterStatus, Id, Payload
from bus.topics import VERSION
from config.words import money, pick, say
from demo.figures import Times
from demo.lines import Kind
from demo.trouble import Story, Trouble
from demo.watch import Finger, Heard, Watch

if TYPE_CHECKING:
    from demo.center import DemoCenter
    from demo.part import Part

GUEST = "guest-technician"
WORDS: dict[CounterStatus, str] = {
    "closed": "Closed",
    "paused": "Paused",
    "free": "Free",
    "calling": "Calling",
    "serving": "Being served",
}


class Process(Payload, frozen=True):
    """A part of the centre."""

    name: str
    up: bool
    restarts: int


class Counter(Payload, frozen=True):
    """A counter with what hangs on its serial line; the words are Vietnamese, as on its devices."""

    id: Id
    name: str
    services: str
    status: CounterStatus
    words: str
    shown: str  # what its number sign shows
    blinks: bool
    lamp: str  # of its keypad: "", "waiting", "accepted", "refused"


class Seconds(Payload, frozen=True):
    """How long something takes; none before it was measured."""

    median: float | None
    percentile_99: float | None
    times: int


class Summary(Payload, frozen=True):
    given: int
    called: int
    printed: int
    touch_to_paper: Seconds
    key_to_screen: Seconds


class Table(Payload, frozen=True):
    """Everything but the lines of the bus."""

    screens: dict[str, int]  # which picture of each is the newest
    processes: tuple[Process, ...]
    broker: bool  # in reach
    counters: tuple[Counter, ...]
    touch: Finger
    tickets: int  # that the printer has cut
    paper_out: bool
    unplugged: bool  # the keypad of counter 1
    charge: str  # the open fee, as money; none open: empty
    calls: int  # announced so far
    figures: Summary
    stories: tuple[Story, ...]
    subscribe: str  # the command that joins the bus
    web: str  # the clerks' page


class BusLine(Payload, frozen=True):
    number: int
    at: str  # "08:12:04.118"
    kind: Kind
    device: str
    topic: str
    words: str


class Told(Payload, frozen=True):
    """One message to one page: the table, and the lines that the page does not have."""

    table: Table
    lines: tuple[BusLine, ...]


def keypad(place: int) -> int:
    """The line's address of the keypad at the counter in that place of the centre's file."""
    return place + 1


def sign(place: int) -> int:
    """The address of its number sign."""
    return place + 11


def look(center: "DemoCenter", watch: Watch, trouble: Trouble) -> Table:
    """The table as it is now."""
    charge, figures = trouble.charge(), watch.figures
    return Table(
        screens=watch.screens.counts(),
        processes=tuple(_process(part, watch) for part in center.parts.values()),
        broker=watch.connected,
        counters=tuple(_counter(center, watch, place) for place in range(len(center.broker.center.counters))),
        touch=watch.finger,
        tickets=len(center.printer.tickets),
        paper_out=trouble.paper_out,
        unplugged=trouble.unplugged,
        charge=money(charge.amount) if charge and charge.amount else "",
        calls=watch.calls,
        figures=Summary(
            given=len(figures.given),
            called=len(figures.called),
            printed=len(figures.printed),
            touch_to_paper=_seconds(figures.touch_to_paper),
            key_to_screen=_seconds(figures.key_to_screen),
        ),
        stories=trouble.stories,
        subscribe=_subscribe(center),
        web=center.web,
    )


def bus_line(heard: Heard) -> BusLine:
    """A line as the page writes it."""
    at = heard.at.strftime("%H:%M:%S.%f")[:-3]
    line = heard.line
    return BusLine(heard.number, at, line.kind, line.device, line.topic, line.words)


def _process(part: "Part", watch: Watch) -> Process:
    """A part is up when it has come online since its process was started."""
    status = watch.statuses.get(part.name)
    born = watch.births.get(part.name, 0.0) > part.started_at
    up = watch.connected and part.running and born and status is not None and status.status == "online"
    return Process(part.name, up, part.restarts)


def _counter(center: "DemoCenter", watch: Watch, place: int) -> Counter:
    """The counter in that place of the centre's file."""
    settings = center.broker.center
    counter = settings.counters[place]
    state = watch.states.counters.get(counter.id)
    status: CounterStatus = state.status if state else "closed"
    names = [pick(each.name, "vi") for each in settings.services if each.id in counter.services]
    return Counter(
        id=counter.id,
        name=pick(counter.name, "vi") or say("vi", "Counter {number}", number=counter.number),
        services=", ".join(names),
        status=status,
        words=say("vi", WORDS[status]),
        shown=center.line.shown(sign(place)),
        blinks=center.line.blinks(sign(place)),
        lamp=center.line.lamp(keypad(place)),
    )


def _seconds(times: Times) -> Seconds:
    return Seconds(times.median, times.percentile_99, len(times.seconds))


def _subscribe(center: "DemoCenter") -> str:
    broker = center.broker
    topics = f"luot/{VERSION}/{broker.center.center}/#"
    password = broker.passwords[GUEST]
    return f"mosquitto_sub -h 127.0.0.1 -p {broker.port} -u {GUEST} -P {password} -V mqttv5 -t '{topics}' -v"
