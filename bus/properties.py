"""The MQTT 5 properties of a message, packed at once.

paho's own class asks a table for each of them, which costs more than the rest of sending a message.
"""

import struct

from paho.mqtt.properties import Properties, VariableByteIntegers

# Identifiers of section 2.2.2.2 of the standard.
MESSAGE_EXPIRY, RESPONSE_TOPIC, CORRELATION_DATA = 0x02, 0x08, 0x09


class Packed(Properties):
    """As paho wants it when it sends: it only asks for the bytes."""

    packed: bytes

    def __init__(self, packed: bytes) -> None:
        object.__setattr__(self, "packed", packed)  # a name that paho's own class refuses

    def pack(self) -> bytes:
        return self.packed


def packed(
    expires_s: int | None = None, reply_to: str | None = None, correlation: bytes | None = None
) -> Packed | None:
    """Those that are given; none at all needs nothing."""
    told = b""
    if expires_s is not None:
        told += struct.pack("!BI", MESSAGE_EXPIRY, expires_s)
    if reply_to is not None:
        topic = reply_to.encode()
        told += struct.pack("!BH", RESPONSE_TOPIC, len(topic)) + topic
    if correlation is not None:
        told += struct.pack("!BH", CORRELATION_DATA, len(correlation)) + correlation
    length: bytes = VariableByteIntegers.encode(len(told))  # type: ignore[no-untyped-call]
    return Packed(length + told) if told else None
