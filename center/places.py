"""Where people go: a counter's name, and the place of a service, in every language of the centre."""

from bus.messages import Text
from config import settings
from config.words import pick, say


def counter_name(center: settings.CenterSettings, counter: settings.Counter) -> Text:
    """The counter's own name, or "Counter 3" in every language of the centre."""
    return counter.name or {
        language: say(language, "Counter {number}", number=counter.number) for language in center.languages
    }


def place(center: settings.CenterSettings, service: settings.Service) -> Text:
    """Where to go: what the settings say, or "Counter 1 or Counter 2", those whose own service it is."""
    if service.place:
        return service.place
    names = [counter_name(center, each) for each in center.counters if service.id in each.services]
    return {language: _either(names, language) for language in center.languages}


def _either(names: list[Text], language: str) -> str:
    words = [pick(name, language) for name in names]
    if len(words) < 2:
        return "".join(words)
    return say(language, "{a} or {b}", a=", ".join(words[:-1]), b=words[-1])
