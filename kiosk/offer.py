"""What the centre offers now, as far as the kiosk knows: the hub's state, or what holds without it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bus.messages import GroupInfo, QueueState, ServiceInfo, Text
from bus.states import States
from kiosk.why import Why
from screen.theme import HOUSE, Theme, themed

PRIORITY = "priority"  # the category that one touch chooses; the classes of it are for staff to tell

APPOINTMENT = "appointment"


@dataclass(frozen=True)
class Offer:
    """Nothing before the hub has ever spoken."""

    title: Text = field(default_factory=dict)
    name: Text = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    services: tuple[ServiceInfo, ...] = ()
    groups: tuple[GroupInfo, ...] = ()
    theme: Theme = HOUSE
    notices: tuple[Text, ...] = ()
    queues: dict[str, QueueState] = field(default_factory=dict)
    priority: bool = False  # people may choose it for themselves
    appointments: bool = False  # the centre makes some
    open: bool = True
    reached: bool = True  # the hub gives numbers
    reserve: frozenset[str] = frozenset()  # where it does not: the services of which we have numbers
    rest_s: float = 0.0  # no number is given for so long: they were taken too fast
    timezone: str = "UTC"
    today: date | None = None
    day: date | None = None  # of the hub's numbers: the old one, while a hall is full at midnight

    @classmethod
    def of(cls, states: States, *, online: bool, reserve: frozenset[str] = frozenset()) -> "Offer":
        """From the hub's state, and what is there of our own numbers.

        While the hub is out of reach hours and queues go on without us, so they are not held against anybody;
        what staff decided, or a quota, holds for the day.
        """
        center, catalog = states.center, states.catalog
        if center is None or catalog is None:
            return cls()
        now = states.hub_now()
        today = now.astimezone(ZoneInfo(center.timezone)).date() if now else None
        queues = dict(states.queues)
        if not online:
            lasts = today == center.day
            queues = {id_: each for id_, each in queues.items() if lasts and each.why in ("shut", "full")}
        return cls(
            title=center.title,
            name=center.name,
            languages=center.languages,
            services=catalog.services,
            groups=catalog.groups,
            theme=themed(catalog.theme.color, catalog.theme.emblem),
            notices=center.notices,
            queues=queues,
            priority=any(each.id == PRIORITY and not each.staff for each in catalog.categories),
            appointments=any(each.id == APPOINTMENT for each in catalog.categories),
            open=center.open or not online,
            reached=online,
            reserve=reserve,
            timezone=center.timezone,
            today=today,
            day=center.day,
        )

    def service(self, id: str) -> ServiceInfo | None:  # noqa: A002
        return next((each for each in self.services if each.id == id), None)

    def service_of(self, label: str) -> str:
        """The service whose letter a label has; "" where it has a letter of its own."""
        return next((each.id for each in self.services if each.letter == label[:1]), "")

    def group(self, id: str) -> GroupInfo | None:  # noqa: A002
        return next((each for each in self.groups if each.id == id), None)

    @property
    def taking(self) -> int:
        """For how many services a number is to be had now."""
        return sum(self.obstacle(each.id) is None for each in self.services)

    @property
    def priorities(self) -> bool:
        """Whether a priority number is to be had."""
        return self.priority and self.taking > 0

    @property
    def errands(self) -> bool:
        """Whether several can be done on one number."""
        return self.taking > 1

    @property
    def check_in(self) -> bool:
        """Whether who has an appointment can say so here: only the hub knows it."""
        return self.appointments and self.open and self.reached

    def opens(self, service: str) -> datetime | None:
        """When there is service again, where it is known that there is none now."""
        queue = self.queues.get(service)
        return queue.opens if queue else None

    def obstacle(self, service: str, *, further: bool = False) -> Why | None:
        """Why no number is to be had for it now, or none; a `further` errand needs none of its own."""
        if not self.open:
            return "closed"
        queue = self.queues.get(service)
        if queue and not queue.taking:
            return "not-taking"
        return None if self.reached or further or service in self.reserve else "no-answer"
