"""Classes of tickets: who comes before whom. A centre that names none has these."""

from typing import Annotated

from msgspec import Meta

from config.fields import Id, Letter, Quota, Table, Text


class Category(Table, frozen=True, kw_only=True):
    """A class of tickets, and by how much it comes before ordinary ones."""

    id: Id
    name: Text
    head_start: Annotated[int, Meta(ge=0, le=1440)] = 0  # minutes
    priority: bool = False  # the counter says so while one is served; a ratio counts these
    letter: Letter | None = None  # a stream of labels of its own; unset: the service's
    quota: Quota | None = None  # numbers a day
    staff: bool = False  # given by staff alone, not at the kiosk


def _class(id: str, vi: str, en: str) -> Category:  # noqa: A002
    return Category(id=id, name={"vi": vi, "en": en}, head_start=15, priority=True)


ORDINARY = Category(id="ordinary", name={"vi": "Thường", "en": "Ordinary"})
APPOINTMENT = Category(id="appointment", name={"vi": "Hẹn trước", "en": "Appointment"}, staff=True)
CATEGORIES = (
    ORDINARY,
    _class("priority", "Ưu tiên", "Priority"),
    _class("war-invalid", "Thương binh", "War invalid"),
    _class("sick-soldier", "Bệnh binh", "Sick soldier"),
    _class("elderly", "Người cao tuổi", "Elderly person"),
    _class("pregnant", "Phụ nữ mang thai", "Pregnant woman"),
    _class("disabled", "Người khuyết tật", "Person with a disability"),
    APPOINTMENT,
)
