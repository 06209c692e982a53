"""`luot torture --fuzz N`: hostile messages from real accounts, through the real broker, onto a real hub.

After them the hub is the same process, whoever had a right to an answer has one, the same request has had the
same answer, and the journal has nothing but what the hub said yes to.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

from bench.books import Findings, Ledger
from bench.hostile import LONGEST, SILENT, Adversary, Hostile
from bench.report import Report
from bench.shown import differences, newest, picture, shown_since
from bus.answers import Answer
from bus.asks import Events
from bus.events import HubStarted, JournalEvent
from bus.messages import Id, Role
from bus.reading import read
from bus.session import Message, Session
from center.broker import PrivateBroker
from center.journal import Journal
from config.load import load_center
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member, expect
from demo.part import Part

ACCOUNTS: dict[Id, Role] = {
    "guest-kiosk": "kiosk", "guest-web": "web", "guest-bridge": "bridge", "guest-display": "display",
    "guest-technician": "technician",
}  # fmt: skip
AT_ONCE = 20  # messages of one account: what comes of them tells how to get deeper
START_S, ANSWER_S = 60.0, 30.0
REST_S, BUSY = 1.0, 0.2  # over so long a hub that has nothing to do takes no more of a core
RESTS = 20  # as often it is looked at: at first it may have something to do
STUMBLED = "could not be decided"  # the hub's log: a rule met what it does not expect
NOT_REMEMBERED = ("busy", "bad-request")


@dataclass
class Assault:
    """One account's messages, and what came of them."""

    session: Session
    adversary: Adversary
    findings: list[str]
    sent: int = 0
    answered: int = 0
    yes: set[UUID] = field(default_factory=set)  # what the hub carried out,
    perhaps: set[UUID] = field(default_factory=set)  # and what it may have: nobody was to be answered
    silent: list[str] = field(default_factory=list)  # verbs of what the log alone can tell of
    first: dict[UUID, bytes] = field(default_factory=dict)  # answers that stay as they are
    open: dict[bytes, Hostile] = field(default_factory=dict)  # to be answered, by correlation

    def send(self, message: Hostile) -> None:
        self.sent += 1
        if message.answered:
            self.open[message.correlation] = message
        elif message.request is not None:
            self.perhaps.add(message.request)
        elif (verb := message.topic.rpartition("/")[2]).startswith(SILENT):
            self.silent.append(verb)
        self.session.publish(
            message.topic,
            message.payload,
            qos=message.qos,
            retain=message.retain,
            expires_s=message.expires_s,
            reply_to=message.reply_to,
            correlation=message.correlation,
        )

    def settle(self) -> None:
        """Wait until everything that was sent is answered."""
        until = monotonic() + ANSWER_S
        while self.open and monotonic() < until:
            for item in self.session.receive(0.05):
                if isinstance(item, Message) and item.topic == self.adversary.reply:
                    self.hear(item)
        self.findings += [f"not answered: {each}" for each in self.open.values()]
        self.open.clear()

    def hear(self, message: Message) -> None:
        correlation = message.correlation or self._too_long()
        sent = self.open.pop(correlation, None)
        if sent is None:
            self.findings.append(f"an answer to nothing: {message.payload!r}")
            return
        self.answered += 1
        answer = read(message.payload, Answer)
        self.adversary.hear(answer)
        if answer.ok and sent.request is None:
            self.findings.append(f"carried out: {sent}")
        elif sent.request is not None:
            self._compare(sent.request, sent, answer, message.payload)

    def _too_long(self) -> bytes:
        """Correlation data that is not given back: any of those that are."""
        return next((each for each in self.open if len(each) > LONGEST), b"")

    def _compare(self, request: UUID, sent: Hostile, answer: Answer, payload: bytes) -> None:
        """The first answer to a request stays, until it is given up: then it is void for good."""
        code = answer.error.code if answer.error else ""
        if answer.ok:
            self.yes.add(request)
        if self.adversary.role == "technician" or sent.topic.endswith("/events"):  # those tell the present
            return
        if code == "void":
            self.first[request] = payload
        elif code not in NOT_REMEMBERED and self.first.setdefault(request, payload) != payload:
            self.findings.append(f"{self.first[request]!r} before, and now {payload!r} to {sent}")


def fuzz(folder: Path, messages: int, seed: int) -> Report:
    """One run, in an empty folder."""
    settings = load_center(TEMPLATES / "center.toml")
    began = monotonic()
    findings: list[str] = []
    assaults: list[Assault] = []
    with ExitStack() as stack:
        broker = stack.enter_context(PrivateBroker(folder / "broker", settings))
        write_settings(folder, broker, Places(1, folder / "line", 1, "", ""))
        hub = stack.enter_context(Part("hub", folder / "hub.toml", restart_s=0))
        watch = stack.enter_context(Member(broker, "web-1", "web", folder))
        expect(watch, "the hub", watch.states.fresh, within=START_S)
        for name, role in ACCOUNTS.items():
            adversary = Adversary(settings, name, role, watch.states, seed)
            session = stack.enter_context(Session(broker.address(name), name, (adversary.reply,)))
            assaults.append(Assault(session, adversary, findings))
        expect(watch, "every account", lambda: all(each.session.connected for each in assaults))
        while sum(each.sent for each in assaults) < messages and not hub.restarts:
            attack(assaults)
            watch.step(0)
        if hub.restarts:
            findings.append(f"the hub ended: {hub.last_words()}")
        watch.get("events", Events(uuid4(), after=0))  # answered after all that was done and shown
        if (busy := at_rest(hub)) > BUSY:
            findings.append(f"the hub has nothing to do, and takes {busy:.0%} of a core for it")
        findings += logged(hub.log_file.read_text(errors="replace"), assaults)
        shown, last = picture(watch.states), newest(watch.states)
        hub.kill()
        expect(watch, "the hub's new start", lambda: shown_since(watch.states, last), within=START_S)
        different = differences(shown, picture(watch.states))
    with Journal(folder / "data" / "hub" / "journal.sqlite", settings.center, read_only=True) as journal:
        entries = list(journal.entries())
    if all(isinstance(each.body, HubStarted) for each in entries if each.seq > last):
        findings += different  # else it did what was due
    findings += unasked(entries, assaults)
    figures = {
        "seed": seed,
        "seconds": round(monotonic() - began),
        "messages": sum(each.sent for each in assaults),
        "answered": sum(each.answered for each in assaults),
        "carried_out": sum(len(each.yes) for each in assaults),
        "events": len(entries),
        "findings": len(findings),
    }
    return Report(figures, findings)


def attack(assaults: Iterable[Assault]) -> None:
    """Some messages of each, and their answers."""
    for each in assaults:
        for _ in range(AT_ONCE):
            each.send(each.adversary.message())
        each.send(each.adversary.ask("last-of-these", b""))
    for each in assaults:
        each.settle()


def at_rest(hub: Part) -> float:
    """What the hub's process takes of a core once it has done what was to be done, or the least it took."""
    least = share_of_a_core(hub, REST_S)
    for _ in range(RESTS - 1):
        if least > BUSY:
            least = min(least, share_of_a_core(hub, REST_S))
    return least


def share_of_a_core(hub: Part, seconds: float) -> float:
    """What the hub's process takes, over so long."""
    stat = Path(f"/proc/{hub.pid}/stat")
    before, began = ticks(stat), monotonic()
    sleep(seconds)
    return (ticks(stat) - before) / os.sysconf("SC_CLK_TCK") / (monotonic() - began)


def ticks(stat: Path) -> int:
    """Of the processor, in user and in system mode, as proc(5) counts them."""
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def logged(log: str, assaults: Iterable[Assault]) -> Iterator[str]:
    """What the log should have and has not, and the rules that met what they do not expect."""
    for each in assaults:
        yield from (
            f"not logged: {verb} of {each.adversary.device}" for verb in each.silent if verb not in log
        )
    yield from (line for line in log.splitlines() if STUMBLED in line)


def unasked(entries: Iterable[JournalEvent], assaults: Iterable[Assault]) -> Iterator[str]:
    """Events of requests that the hub did not say yes to, and lives of tickets that cannot be."""
    yes = {(each.adversary.device, request) for each in assaults for request in each.yes | each.perhaps}
    ledger = Ledger(Findings())
    for entry in entries:
        ledger.enter(entry)
        if entry.request is not None and (entry.device, entry.request) not in yes:
            yield f"nobody was told of {entry}"
    yield from (*ledger.findings.twice, *ledger.findings.double_calls)
