"""The bus as lines to read: `08:12:04.118 ask/kiosk-1/take service=ho-tich`."""

from typing import Literal

from msgspec import structs

from bus.answers import Order, PaymentResult, Ticket
from bus.asks import Request
from bus.device import Received
from bus.messages import Call, CounterState, Health, Panel, Payload, Status
from config.errors import Refused
from config.words import money
from demo.overheard import Answered, Asked
from printer.status import PrinterState

Kind = Literal["ask", "reply", "refusal", "state", "device"]


class Line(Payload, frozen=True):
    """A line of the bus, without its hour; `device` is whose doing it is."""

    kind: Kind
    device: str
    topic: str
    words: str


def line(news: Asked | Answered | Received) -> Line | None:
    """What was overheard, in a few words; nothing for what people need not see."""
    match news:
        case Asked(device, verb, fields):
            return Line("ask", device, f"ask/{device}/{verb}", _fields(fields))
        case Answered(asked, Refused() as refused):
            return Line("refusal", "hub", f"reply/{asked.device}", f"{refused.code}: {refused.message}")
        case Answered(asked, Payload() as result, at):
            words = f"{_result(asked.verb, result)} · {(at - asked.at) * 1000:.0f} ms"
            return Line("reply", "hub", f"reply/{asked.device}", words)
        case Received(payload=Call(label=label, number=number)):
            return Line("state", "hub", "call", f"{label} → {number}")
        case Received(payload=Status(status=status, version=version), ids=ids):
            device = ids["device"]
            words = f"online {version}" if status == "online" else status
            return Line("device", device, f"device/{device}/status", words)
    return None


def panel_line(panel: Panel) -> Line:
    """A QR panel shows something else."""
    words = f"{panel.show} {money(panel.amount)}" if panel.amount else panel.show
    return Line("state", "hub", f"state/panel/{panel.counter}", words)


def health_line(device: str, before: Health | None, health: Health) -> Line | None:
    """What hangs on a device is in another state; health that tells nothing new is left out."""
    known = _links(before) if before else {}
    changed = [f"{name} {state}" for name, state in _links(health).items() if known.get(name) != state]
    if before is None or not changed:
        return None
    return Line("device", device, f"device/{device}/health", ", ".join(changed))


def _links(health: Health) -> dict[str, str]:
    links = {each.name: each.state for each in health.links}
    if not health.printer:
        return links
    counts = health.printer == PrinterState.PAPER_LOW and health.tickets_left is not None
    left = f", about {health.tickets_left} tickets left" if counts else ""
    return links | {"printer": health.printer + left}


def _fields(fields: Request) -> str:
    """`service=ho-tich category=priority`: what differs from the default, tickets by their label."""
    told = []
    for each in structs.fields(fields):
        value = getattr(fields, each.name)
        if each.name == "request" or value == each.default or value in ((), ""):
            continue
        if each.name == "ticket":
            value = value.rpartition("-")[2]
        told.append(f"{each.name}={value}")
    return " ".join(told)


def _result(verb: str, result: Payload) -> str:
    match result:
        case Ticket(label=label, ahead=ahead) if verb == "take":
            return f"{label}, {ahead} ahead"
        case Ticket(label=label):
            return label
        case CounterState(counter=counter, status=status, label=label):
            return " ".join(filter(None, (f"counter {counter}", status, label)))
        case Order(amount=amount, reference=reference):
            return f"{money(amount)} {reference}"
        case PaymentResult(match=matched):
            return matched
    return "ok"
