"""Offline numbers: what kiosks may give while they are cut off, and what they gave.

Each letter's labels are split: the hub gives the low ones, the rest is granted in small ranges, each to one
install of one kiosk, for one day. A range is not granted again while its kiosk might still give of it.

After a restored backup the hub knows neither the last numbers nor the grants since. It gives none until every
issuer has told its day, or staff have set a floor.
"""

from collections.abc import Iterator
from datetime import timedelta

from bus.answers import Adopted, LeaseRange, Leases, Nothing
from bus.asks import Adopt, Issued, Lease, SetFloor
from bus.events import (
    AdoptionEnded,
    EpochOpened,
    EventBody,
    FloorSet,
    LeaseGranted,
    RequestGivenUp,
    TicketAdopted,
)
from bus.messages import Id, Rev
from center import tickets
from center.command import Command, Decision
from center.records import MS, Grant, Ticket
from center.state import State
from config.errors import Refused

SIZES = (5, 30)  # numbers in one range, by how many kiosks share them
DAYS = 6  # that a range may be blocked: today's, the next day's, and those of kiosks long not heard of
EPOCH_LETTERS = 8


def lease(state: State, command: Command, asked: Lease) -> Decision:
    """Numbers for this install, of today and the next day. What it gave before is adopted already.

    What the install does not hold any more is over. What it holds of earlier days is not told again, so it
    will let go of it, but it is over only once the install says so: the answer may be lost. Where history was
    lost, all that it holds stays good: nothing else is to be had until everybody has told their day.
    """
    if state.day is None:
        raise Refused("day-closed", "The day has not begun.")
    if lost := lost_history(state, asked.seen, command.fresh):
        return Decision(lost, lambda _: Leases(asked.holds))
    if command.device in awaited(state) or state.awaits:
        raise Refused("busy", "A backup was restored: tell the day first.")
    own = [
        (_range(letter, each), each)
        for letter, grants in state.grants.items()
        for each in grants
        if each.install == asked.install and not each.over
    ]
    held = tuple(range_ for range_, _ in own if range_ in asked.holds or range_.day >= state.day)
    over = tuple(range_ for range_, _ in own if range_ not in held)
    new = () if awaited(state) else tuple(_wanted(state, held))  # nobody knows what those may give
    current = sorted(
        (*(each for each in held if each.day >= state.day), *new),
        key=lambda each: (each.day, each.letter, each.first),
    )
    events = (LeaseGranted(command.device, asked.install, new, over),) if new or over else ()
    return Decision(events, lambda _: Leases(tuple(current)))


def adopt(state: State, command: Command, told: Adopt) -> Decision:
    """Take over what an issuer gave, and void what it gave up.

    A given-up request that never came here is kept in mind: it may be late. Who was served or is gone stays
    so. A ticket that is known already is taken over once only.
    """
    if state.day is None:
        raise Refused("day-closed", "The day has not begun.")
    lost = lost_history(state, told.seen, command.fresh)
    recovering = bool(lost) or command.device in awaited(state)
    events: list[EventBody] = [*lost]
    labels: list[str] = []
    refused: list[str] = []
    seen: set[str] = set()
    for each in told.tickets:
        known = (command.device, each.request) in state.takes or (recovering and _is_over(state, each))
        if known or (each.label not in seen and _may_have(state, command, told, each, recovering)):
            seen.add(each.label)
            labels.append(each.label)
            if not known:
                events.append(_adopted(state, command, each))
        else:
            refused.append(each.label)
    new = dict.fromkeys(each for each in told.given_up if (command.device, each) not in state.given_up)
    for request in new:
        ticket = state.takes.get((command.device, request))
        events.append(RequestGivenUp(command.device, request, _voided(ticket)))
    if recovering and told.whole:
        if told.install is not None and told.leases:
            events.append(LeaseGranted(command.device, told.install, told.leases))
        events.append(AdoptionEnded(command.device))
    return Decision(tuple(events), lambda _: Adopted(told.given_up, tuple(labels), tuple(refused)))


def set_floor(state: State, asked: SetFloor) -> Decision:
    """Numbers go on above these, without the issuers that are still awaited."""
    if not state.awaits:
        raise Refused("conflict", "Nobody is awaited: numbers are given.")
    letters = {each.letter for each in state.settings.services}
    letters |= {each.letter for each in state.settings.categories if each.letter is not None}
    if unknown := sorted(asked.numbers.keys() - letters):
        raise Refused("bad-request", f"There is no letter {', '.join(unknown)}.", field="numbers")
    if missing := sorted(letters - asked.numbers.keys()):
        raise Refused("bad-request", f"A number is missing for {', '.join(missing)}.", field="numbers")
    if high := sorted(each for each, number in asked.numbers.items() if number > state.last_number):
        raise Refused(
            "bad-request",
            f"The hub gives numbers up to {state.last_number}, and those after it are of kiosks that were "
            f"cut off. They do not count: {', '.join(high)}.",
            field="numbers",
        )
    return Decision((FloorSet(asked.numbers),), lambda _: Nothing())


def granted(state: State, label: str) -> Grant | None:
    """The grant that a label is of, while its kiosk may give it."""
    number = int(label[1:])
    grants = (each for each in state.grants.get(label[0], ()) if not each.over)
    return next((each for each in grants if each.first <= number <= each.last), None)


def lost_history(state: State, seen: Rev | None, fresh: str) -> tuple[EventBody, ...]:
    """Somebody saw what this journal does not have: its end was lost, and numbers were given since.

    `fresh` is random, for the name of the epoch that begins.
    """
    if seen is None or seen.epoch in state.epochs:
        return ()
    if seen.epoch == state.epoch and seen.seq <= state.seq:
        return ()
    return (EpochOpened(fresh[:EPOCH_LETTERS], issuers(state)),)


def awaited(state: State) -> tuple[Id, ...]:
    """The issuers that have yet to tell their day, those too without which staff went on."""
    known = issuers(state)
    return tuple(each for each in (*state.awaits, *state.late) if each in known)


def issuers(state: State) -> tuple[Id, ...]:
    """Every device that may have given numbers."""
    return tuple(
        each.id for each in state.settings.devices if each.role in ("kiosk", "web") and not each.guest
    )


def _wanted(state: State, held: tuple[LeaseRange, ...]) -> Iterator[LeaseRange]:
    """New ranges for today and the next day, of every service of which less than half a range is left."""
    assert state.day is not None
    size = _size(state)
    new: list[LeaseRange] = []
    for day in (state.day, state.day + timedelta(days=1)):
        for service in state.settings.services:
            own = [each for each in held if each.day == day and each.service == service.id]
            if sum(_left(state, each) for each in own) * 2 >= size:
                continue
            first = _free(state, service.letter, size, new)
            if first is not None:
                new.append(LeaseRange(day, service.id, service.letter, first, first + size - 1))
    yield from new


def _size(state: State) -> int:
    """How many numbers a range has."""
    low, high = state.settings.offline_numbers
    kiosks = sum(each.role == "kiosk" and not each.guest for each in state.settings.devices)
    least, most = SIZES
    return max(least, min(most, (high - low + 1) // (DAYS * max(1, kiosks))))


def _range(letter: str, grant: Grant) -> LeaseRange:
    return LeaseRange(grant.day, grant.service, letter, grant.first, grant.last)


def _left(state: State, lease: LeaseRange) -> int:
    """How many of its numbers nobody has yet."""
    numbers = range(lease.first, lease.last + 1)
    return sum(f"{lease.letter}{number:03}" not in state.labels for number in numbers)


def _free(state: State, letter: str, size: int, new: list[LeaseRange]) -> int | None:
    """Where a range of numbers begins that nobody may give: after the last granted, round and round."""
    low, high = state.settings.offline_numbers
    ranges = [(each.first, each.last) for each in state.grants.get(letter, ()) if not each.over]
    ranges += [(each.first, each.last) for each in new if each.letter == letter]
    busy = {number for first, last in ranges for number in range(first, last + 1)}
    busy |= {int(label[1:]) for label in (*state.labels, *state.before) if label[0] == letter}
    newest = ranges[-1][1] if ranges else low - 1
    starts = sorted(range(low, high - size + 2), key=lambda start: (start <= newest, start))
    return next((each for each in starts if busy.isdisjoint(range(each, each + size))), None)


def _may_have(state: State, command: Command, told: Adopt, issued: Issued, recovering: bool) -> bool:
    """Whether that issuer may have given that label."""
    if issued.service not in state.queues:
        return False
    present = state.labels.get(issued.label)
    if present is not None and present.request is not None:
        return False
    if int(issued.label[1:]) <= state.last_number:
        return recovering
    if recovering and any(_covers(each, issued.label) for each in told.leases):
        return True
    grant = granted(state, issued.label)
    return grant is not None and grant.device == command.device


def _is_over(state: State, issued: Issued) -> bool:
    """Whether the hub gave that number itself, before what it lost, and its ticket has ended since."""
    last = state.kept if issued.day == state.day else state.days.get(issued.day, {})
    return int(issued.label[1:]) <= last.get(issued.label[0], 0) and issued.label not in state.labels


def _covers(lease: LeaseRange, label: str) -> bool:
    return lease.letter == label[0] and lease.first <= int(label[1:]) <= lease.last


def _adopted(state: State, command: Command, issued: Issued) -> TicketAdopted:
    """Its hour is computed from its age: it lies between that kiosk's last lease and now.

    What the hub was down is taken off the age, for it counts against nobody.
    """
    now, leased = command.now, state.leased.get(command.device)
    age = timedelta(seconds=issued.age_s)
    ran_ms, up_ms = age // MS, now.ran - state.resumed_ran
    if ran_ms > up_ms:
        ran_ms = max(up_ms, ran_ms - state.down_ms)
    if leased is not None:
        ran_ms = min(ran_ms, now.ran - leased.ran)
        age = min(age, max(timedelta(0), now.at - leased.at))
    service = state.queues[issued.service].service
    category = issued.category if issued.category in state.categories else "ordinary"
    language = issued.language if issued.language in state.settings.languages else "vi"
    present = state.labels.get(issued.label)
    due = now.at + (tickets.head_start(state, service, category) - ran_ms) * MS
    return TicketAdopted(
        ticket=present.id if present else f"{state.day}-{issued.label}",
        label=issued.label,
        service=issued.service,
        category=category,
        language=language,
        issued=now.at - age,
        age_ms=ran_ms,
        due=due,
        device=command.device,
        request=issued.request,
        people=issued.people,
        then=tuple(each for each in issued.then if each in state.queues),
    )


def _voided(ticket: Ticket | None) -> str | None:
    return ticket.id if ticket is not None and ticket.status not in ("served", "void", "cancelled") else None
