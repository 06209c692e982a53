"""Bare paho clients, and a handler that does nothing: what no hub can do without."""

from multiprocessing.synchronize import Event
from queue import SimpleQueue
from time import perf_counter
from uuid import uuid4

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bus.session import send_at_once
from bus.topics import DEVICE_ASK, DEVICE_REPLY, REPLY, STATE_CENTER
from config.settings import Broker

HANDLER = "guest-technician"


class Asker:
    """A kiosk as a bare paho client: it sends a request and waits for its answer."""

    def __init__(self, address: Broker, center: str) -> None:
        """Ready once the hub's beat was heard."""
        self.device = address.username
        self.reply_to, beat = REPLY.path(center, device=self.device), STATE_CENTER.path(center)
        self.answers: SimpleQueue[MQTTMessage] = SimpleQueue()
        self.client = connect(address)
        self.client.on_message = lambda _client, _data, message: self.answers.put(message)
        self.client.subscribe([(self.reply_to, 1), (back(center, self.device), 1), (beat, 1)])
        self.client.loop_start()
        self.answers.get(timeout=10)
        self.client.unsubscribe(beat)

    def ask(self, topic: str, payload: bytes) -> tuple[float, bytes]:
        """Returns the seconds until the answer, and the answer."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = self.reply_to
        properties.CorrelationData = key = uuid4().bytes
        began = perf_counter()
        self.client.publish(topic, payload, qos=1, properties=properties)
        while True:
            answer = self.answers.get(timeout=10)
            if getattr(answer.properties, "CorrelationData", None) == key:
                return perf_counter() - began, bytes(answer.payload)


def connect(address: Broker) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, address.username, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(address.username, address.password)
    client.on_socket_open = send_at_once  # else the floor has 40 ms of Nagle's in it
    client.connect(address.host, address.port)
    return client


def there(center: str, device: str) -> str:
    """Where the handler is asked: as far as to the hub, on topics that the hub does not hear."""
    return DEVICE_REPLY.path(center, device=device, asker=HANDLER)


def back(center: str, device: str) -> str:
    """Where it answers."""
    return DEVICE_ASK.path(center, device=device, verb="echo")


def echo(address: Broker, center: str, ready: Event) -> None:
    """A handler that does nothing but answer, in paho's own callback."""
    client = connect(address)

    def answer(client: Client, _data: object, message: MQTTMessage) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = message.properties.CorrelationData  # type: ignore[union-attr]
        asker = (DEVICE_REPLY.match(message.topic) or {})["device"]
        client.publish(back(center, asker), message.payload, qos=1, properties=properties)

    client.on_message = answer
    client.on_subscribe = lambda *_: ready.set()
    client.subscribe(DEVICE_REPLY.filter(center, asker=HANDLER), qos=1)
    client.loop_forever()
