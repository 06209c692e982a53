"""ticket-bytes: what each profile's printer gets for a priority ticket with a code, in its longest language.

On a serial line 10 kB are a second at 115,200 baud; over the network and USB they are nothing, and paper is
what takes time.
"""

from bench.result import Result
from config.words import LANGUAGE_NAMES, pick
from printer.encode import encode
from printer.profiles import PROFILES, Profile
from printer.sample import CENTER, SERVICE, sample
from printer.template import SHIPPED, Template, load
from printer.ticket import compose

MOST = {"ticket": 20_000, "short": 15_000}  # the short one is that of serial lines


def run() -> list[Result]:
    return [
        _measure(f"ticket-bytes {name} {kind}", profile, load(SHIPPED / f"{kind}.toml"), most)
        for name, profile in PROFILES.items()
        for kind, most in MOST.items()
    ]


def _measure(name: str, profile: Profile, template: Template, most: int) -> Result:
    """Beside a floor of the whole picture in bits."""
    tickets = [
        compose(
            sample(language),
            CENTER,
            pick(SERVICE, language),
            profile.width,
            template,
        )
        for language in LANGUAGE_NAMES
    ]
    sizes = [len(encode(each, profile)) for each in tickets]
    whole = max(each.width * each.picture.height // 8 for each in tickets)
    value = max(sizes)
    return Result(name, value, "bytes", whole, value / whole, f"< {most:,} bytes", value < most)
