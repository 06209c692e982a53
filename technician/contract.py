"""The bus contract, made from the code: JSON Schema for programs, Markdown for people (docs/bus.md)."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from bus.asks import ERROR_CODES, VERBS
from bus.device_asks import DEVICE_VERBS, PEER_VERBS
from bus.topics import TOPICS, VERSION

REFERENCE = "#/$defs/"
Schema = dict[str, Any]

OPENING = f"""\
# The bus of a centre, version {VERSION}

What the parts of a centre say to each other over MQTT 5. This page is made from the code by
`luot contract --markdown`; `luot contract` prints the same as JSON Schema.

Every topic begins with `luot/{VERSION}/<centre>/`. Payloads are JSON in UTF-8. Times are RFC 3339 in UTC with
milliseconds, money is whole đồng. A field that a reader does not know is passed over; one that does not fit
makes the message void.
"""

ASKING = """\
A request goes to `ask/<device>/<verb>`, with the device that asks. Its `request` is made once an act and kept
over every retry: repeating it changes nothing and gets the same answer. The answer goes to `reply/<device>`
with the request's correlation data (at most 64 bytes), after what it tells is on the hub's disk.
"""

ASKING_DEVICES = f"""\
A technician asks on `device/<device>/ask/<verb>`. A kiosk may ask a printer that stands alone, below its own
name, on `ask/<asker>/<device>/<verb>`: {", ".join(f"`{verb}`" for verb in PEER_VERBS)}.
The answer goes to `device/<device>/reply/<asker>`.
"""


def as_json() -> str:
    """Every topic and verb, with the schema of what it carries."""
    contract = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"The bus of a centre, version {VERSION}",
        "topics": {
            f"luot/{VERSION}/{{center}}/{topic.name}": {
                "owner": topic.owner,
                "retained": topic.retained,
                "qos": topic.qos,
                "expires_s": topic.expires_s,
                "payload": {"$ref": REFERENCE + topic.payload.__name__},
            }
            for topic in TOPICS
        },
        "verbs": {
            verb.name: {
                "who": verb.who,
                "fields": {"$ref": REFERENCE + verb.fields.__name__},
                "result": {"$ref": REFERENCE + verb.result.__name__},
            }
            for verb in VERBS.values()
        },
        "device_verbs": {
            name: {
                "fields": {"$ref": REFERENCE + fields.__name__},
                "result": {"$ref": REFERENCE + result.__name__},
            }
            for name, (fields, result) in DEVICE_VERBS.items()
        },
        "error_codes": ERROR_CODES,
        "$defs": _schemas(),
    }
    return json.dumps(contract, ensure_ascii=False, indent=2) + "\n"


def as_markdown() -> str:
    """The same as a page."""
    return "\n".join([OPENING, *_topics(), *_verbs(), *_payloads()])


def _schemas() -> dict[str, Schema]:
    """The schema of every struct of the contract, by name."""
    kinds: list[Any] = [topic.payload for topic in TOPICS]
    for verb in VERBS.values():
        kinds += [verb.fields, verb.result]
    for fields, result in DEVICE_VERBS.values():
        kinds += [fields, result]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=REFERENCE + "{name}")
    return {name: _ecmascript(schemas[name]) for name in sorted(schemas)}


def _ecmascript(schema: Any) -> Any:
    """The schema with patterns as JSON Schema has them: `^…$` where Python says `\\A…\\Z`."""
    if isinstance(schema, dict):
        return {
            key: value.replace(r"\A", "^").replace(r"\Z", "$") if key == "pattern" else _ecmascript(value)
            for key, value in schema.items()
        }
    return [_ecmascript(each) for each in schema] if isinstance(schema, list) else schema


def _topics() -> Iterator[str]:
    yield "## Topics\n"
    yield "| topic | owner | retained | QoS | expires | payload |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for topic in TOPICS:
        expires = f"{topic.expires_s} s" if topic.expires_s else ""
        yield _row(
            f"`{topic.name}`", topic.owner, "yes" if topic.retained else "", topic.qos, expires,
            _link(topic.payload.__name__),
        )  # fmt: skip
    yield ""


def _verbs() -> Iterator[str]:
    yield f"## What a device may ask of the hub\n\n{ASKING}"
    yield "| verb | who | fields | result |"
    yield "| --- | --- | --- | --- |"
    for verb in VERBS.values():
        fields, result = _link(verb.fields.__name__), _link(verb.result.__name__)
        yield _row(f"`{verb.name}`", ", ".join(verb.who), fields, result)
    yield f"\nError codes: {', '.join(f'`{code}`' for code in ERROR_CODES)}.\n"
    yield f"## What a technician may ask of a device\n\n{ASKING_DEVICES}"
    yield "| verb | fields | result |"
    yield "| --- | --- | --- |"
    for name, (asked, answered) in DEVICE_VERBS.items():
        yield _row(f"`{name}`", _link(asked.__name__), _link(answered.__name__))
    yield ""


def _payloads() -> Iterator[str]:
    yield "## Payloads\n"
    for name, schema in _schemas().items():
        yield f"### {name}\n"
        if "description" in schema:
            yield f"{schema['description']}\n"
        if schema["properties"]:
            yield "| field | what | unless said |"
            yield "| --- | --- | --- |"
            for field, inner in schema["properties"].items():
                yield _row(f"`{field}`", _words(inner), _default(inner, field in schema["required"]))
            yield ""


def _default(schema: Schema, required: bool) -> str:
    if required:
        return ""
    return f"`{json.dumps(schema['default'], ensure_ascii=False)}`" if "default" in schema else "left out"


def _words(schema: Schema) -> str:
    """What a field holds, in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            return _link(reference.removeprefix(REFERENCE))
        case {"anyOf": [*kinds]}:
            return " or ".join(_words(each) for each in kinds)
        case {"enum": [*values]}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_words(items)}"
        case {"type": "object", "additionalProperties": dict(inner)}:
            return f"{{language: {_words(inner)}}}"
        case {"type": "string", "pattern": str(pattern)}:
            return f"`{pattern}`"
        case {"type": "string", "format": str(form)}:
            return form
        case {"type": "string", "contentEncoding": str(encoding)}:
            return encoding
        case {"type": "integer" | "number" as kind, "minimum": low, "maximum": high}:
            return f"{kind}, {low} to {high}"
        case {"type": str(kind)}:
            return kind
    return "anything"


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"
