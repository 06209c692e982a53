"""Everything that a page of the kiosk shows, as one value."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bus.asks import Take
from bus.messages import Text
from config.words import pick, say
from kiosk.corner import StaffPage
from kiosk.journey import Home, Page, Waiting
from kiosk.look import PLAIN, Look
from kiosk.offer import PRIORITY, Offer
from kiosk.papers import Paper
from printer.status import PrinterState


@dataclass(frozen=True)
class Scene:
    """Equal scenes look the same, so only a new one is drawn."""

    page: Page | StaffPage
    language: str
    offer: Offer
    hour: str = ""  # by the hub's clock; empty while that is not known
    left: int | None = None  # seconds until the page ends by itself
    printer: PrinterState = PrinterState.READY
    look: Look = PLAIN
    headphones: bool = False  # the pages can be read aloud
    turn: int = 0  # which of the centre's notices has its turn
    focus: str = ""  # the target that the keys have reached
    papers: tuple[Paper, ...] = ()  # that staff may print once more
    tickets_left: int | None = None  # for staff: on the printer's roll, about

    def say(self, message: str, **values: object) -> str:
        """A message in the language of the page."""
        return say(self.language, message, **values)

    def pick(self, text: Text) -> str:
        """A text of the centre in the language of the page."""
        return pick(text, self.language)

    def name(self, service: str) -> str:
        """What a service is called; empty for one that the centre has no longer."""
        found = self.offer.service(service)
        return self.pick(found.name) if found else ""

    def moment(self, at: datetime) -> str:
        """When something begins: the hour, and the day where it is another one."""
        local = at.astimezone(ZoneInfo(self.offer.timezone))
        if local.date() == self.offer.today:
            return f"{local:%H:%M}"
        return self.say("{hour} on {day}", hour=f"{local:%H:%M}", day=f"{local:%d/%m}")

    @property
    def home(self) -> Home:
        """The start page as it is, or as it was when a number was asked for."""
        match self.page:
            case (Home() as home) | Waiting(home=home):
                return home
        return Home()

    @property
    def priority(self) -> bool:
        """Whether the next number is a priority number."""
        return self.home.category == PRIORITY

    @property
    def pressed(self) -> tuple[str, ...]:
        """The services of the next number: the one that is under way, or the errands chosen so far."""
        match self.page:
            case Waiting(asked=Take(service=service, then=then)):
                return service, *then
        return self.home.errands or ()
