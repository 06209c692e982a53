"""What models of ticket printers can do, so that each gets the bytes that it understands.

Epson's entries follow its ESC/POS reference, which lists per command the models that have it; the presenter's
`GS e` is that of Custom's and Pyramid's kiosk printers. The others are what their makers' manuals promise and
were not tried on the hardware: `luot ticket preview` and a test print tell, and every value can be set anew.
"""

from dataclasses import dataclass, fields, replace

from config.fields import Baud
from config.settings import Confirm, Cutter, PaperWidth, PrinterPort, Status


@dataclass(frozen=True)
class Profile:
    """A model. What is not sure has the value that prints on every printer."""

    width: PaperWidth
    cutter: Cutter
    status: Status
    confirm: Confirm
    native_qr: bool = False  # GS ( k; a model without it prints the address as text
    doubles: bool = True  # GS v 0 with m = 3: every dot as two by two
    clears: bool = False  # DLE DC4 8: forgets what it has not printed yet
    baud: Baud = 115200  # as it comes from the factory

    @property
    def answers(self) -> bool:
        """Whether it says anything at all."""
        return self.status != "none"


PROFILES = {
    # Also II, III and X of each.
    "epson-tm-t20": Profile(576, "partial", "automatic", "gs-h", native_qr=True, clears=True, baud=38400),
    "epson-tm-t82": Profile(576, "partial", "automatic", "gs-h", native_qr=True, clears=True, baud=38400),
    "xprinter-xp-80": Profile(576, "partial", "asked", "gs-r", native_qr=True),
    "generic-80": Profile(576, "partial", "asked", "gs-r"),
    "generic-58": Profile(384, "none", "none", "none", baud=9600),
    "presenter": Profile(576, "presenter", "asked", "gs-r", native_qr=True),
}


def profile_of(printer: PrinterPort) -> Profile:
    """The model's profile, with what the settings say is different about this one."""
    ours = {field.name for field in fields(Profile)} & set(PrinterPort.__struct_fields__)
    said = {name: value for name in ours if (value := getattr(printer, name)) is not None}
    profile = replace(PROFILES[printer.profile], **said)
    return profile if profile.answers else replace(profile, confirm="none")
