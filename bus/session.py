"""One MQTT 5 connection that mends itself, over paho-mqtt.

paho's network thread only fills the inbox; the part's own loop takes from it with `receive`. What was
received is acknowledged when the loop comes back for more, so after it was handled. A new client is made for
every connection: nothing that was queued in an old one can be sent late, and an acknowledgement of an old
connection never meets a new one's packet id (a broker counts from 1 again after its restart).
"""

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from bus.properties import packed
from config.settings import Broker

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
WILL_DELAY_S = 5  # a reconnect does not flicker
RECEIVE_MAXIMUM = 200
HEALTHY_S = 30.0  # a connection this old resets the back-off
NO_SUBSCRIBERS, TAKEN_OVER = 0x10, 0x8E  # reason codes of MQTT 5
BACK_OFF_S = (0.25, 4.0)  # first and longest; each wait is a random share of it
PATIENCE_S = 5.0  # for one attempt to connect


@dataclass(frozen=True)
class Connected:
    """A connection stands; everything is subscribed anew."""

    generation: int


@dataclass(frozen=True)
class Disconnected:
    """The connection is gone, or an attempt failed for a new reason."""

    reason: str


@dataclass(frozen=True)
class TakenOver:
    """Another client is connected under our name: this session has ended for good."""


@dataclass(frozen=True)
class Unheard:
    """The broker took what was published, and has nobody to give it to."""

    mid: int


@dataclass(frozen=True)
class Message:
    """A message as it came; `mid` is the packet id within its connection's `generation`."""

    topic: str
    payload: bytes
    retained: bool
    reply_to: str | None
    correlation: bytes | None
    generation: int
    mid: int
    qos: int


@dataclass(frozen=True)
class Will:
    """What the broker says in our place when we are gone."""

    topic: str
    payload: bytes


class Session:
    """A device's connection to the broker: `with Session(…) as session: items = session.receive(1.0)`.

    `keep_s` is how long the broker keeps the session over a lost connection (seconds; 0: each starts clean).
    An `exclusive` one does not come back once another client has taken it over.
    """

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        subscriptions: Sequence[str],
        *,
        will: Will | None = None,
        keep_s: int = 0,
        exclusive: bool = False,
    ) -> None:
        self.broker = broker
        self.client_id = client_id
        self.subscriptions = tuple(subscriptions)
        self.will = will
        self.keep_s = keep_s
        self.exclusive = exclusive
        self.inbox: SimpleQueue[object] = SimpleQueue()
        self.connected = False
        self._client: Client | None = None
        self._generation = 0
        self._reason = ""  # why the present attempt ended, and whether it had stood
        self._stood = False
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._unacknowledged: list[Message] = []
        self._thread = threading.Thread(target=self._run, name=f"session-{client_id}", daemon=True)

    def __enter__(self) -> "Session":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Session {self.client_id} {'connected' if self.connected else 'away'}>"

    def close(self) -> None:
        """Acknowledge what was handled, say goodbye and stop; a second call does nothing."""
        self.acknowledge()
        self._stop.set()
        self._lost.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_S + 1)

    def receive(self, timeout: float) -> list[object]:
        """Acknowledge what was received before, then wait up to `timeout` s for the inbox and empty it.

        Returns `Connected`, `Disconnected`, `TakenOver`, `Message`, `Unheard`, and whatever other threads put
        there, in order.
        """
        self.acknowledge()
        items: list[object] = []
        try:
            items.append(self.inbox.get(timeout=timeout) if timeout > 0 else self.inbox.get_nowait())
            while len(items) < RECEIVE_MAXIMUM:
                items.append(self.inbox.get_nowait())
        except Empty:
            pass
        self._unacknowledged = [item for item in items if isinstance(item, Message) and item.qos]
        return items

    def acknowledge(self) -> None:
        """Tell the broker that what `receive` returned last is done with; of an older connection, nothing."""
        client = self._client
        for message in self._unacknowledged:
            if client is not None and message.generation == self._generation:
                client.ack(message.mid, message.qos)
        self._unacknowledged = []

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        expires_s: int | None = None,
        reply_to: str | None = None,
        correlation: bytes | None = None,
    ) -> int:
        """Send now, or not at all: while disconnected nothing is queued.

        Returns the packet's id, or 0 where it was not sent.
        """
        client = self._client
        if client is None or not self.connected:
            return 0
        properties = packed(expires_s, reply_to, correlation)
        sent = client.publish(topic, payload, qos=qos, retain=retain, properties=properties)
        return sent.mid if sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else 0

    # The connection's thread

    def _run(self) -> None:
        failures = 0
        said = ""
        while not self._stop.is_set():
            self._lost.clear()
            if self._stop.is_set():  # between the two lines above
                return
            began = time.monotonic()
            self._stood = False
            reason = self._connect_once()
            if time.monotonic() - began >= HEALTHY_S:
                failures, said = 0, ""
            if self._stop.is_set():
                return
            if self._stood or reason != said:
                self.inbox.put(Disconnected(reason))
            if reason != said:
                log.warning("no connection to the broker: %s address=%s", reason, self.broker.where)
                said = reason
            first, longest = BACK_OFF_S
            self._stop.wait(random.uniform(0, min(longest, first * 2**failures)))
            failures = min(failures + 1, 16)

    def _connect_once(self) -> str:
        """Connect and stay until the connection is lost; returns why."""
        self._generation += 1
        self._reason = "the broker did not answer"
        try:
            client = self._new_client(self._generation)
            if self.broker.socket:
                client.connect(self.broker.socket, 1, KEEPALIVE_S, **self._connect_options())
            else:
                client.connect(self.broker.host, self.broker.port, KEEPALIVE_S, **self._connect_options())
        except (OSError, ValueError) as error:
            return str(error)
        self._client = client  # what waited for us comes before we are subscribed, and is acknowledged, too
        client.loop_start()
        self._lost.wait()
        if self._stop.is_set() and self.connected:
            client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        self.connected = False
        client.loop_stop()
        self._client = None
        return self._reason

    def _connect_options(self) -> dict[str, Any]:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = (
            self.keep_s or WILL_DELAY_S
        )  # a will waits no longer than its session
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        return {"clean_start": not self.keep_s, "properties": properties}

    def _new_client(self, generation: int) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            self.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            transport="unix" if self.broker.socket else "tcp",
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = PATIENCE_S
        client.max_inflight_messages_set(RECEIVE_MAXIMUM)
        client.username_pw_set(self.broker.username or self.client_id, self.broker.password or None)
        if self.broker.ca and not self.broker.socket:  # `ca` may come from the file that all devices share
            client.tls_set(ca_certs=self.broker.ca, cert_reqs=ssl.CERT_REQUIRED)
        if self.will:
            properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
            properties.WillDelayInterval = WILL_DELAY_S
            client.will_set(self.will.topic, self.will.payload, qos=1, retain=True, properties=properties)

        def on_connect(
            client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _props: Properties | None
        ) -> None:
            if code.is_failure:
                self._reason = f"the broker refused this account ({code})"
                self._lost.set()
                return
            if self.subscriptions:
                client.subscribe([(each, _options(each)) for each in self.subscriptions])
            else:
                on_subscribe(client, None, 0, [], None)

        def on_subscribe(
            client: Client, _data: object, _mid: int, codes: list[ReasonCode], _props: Properties | None
        ) -> None:
            for each, code in zip(self.subscriptions, codes, strict=True):
                if code.is_failure:
                    log.error("the broker refused a subscription (%s) filter=%s", code, each)
            self._stood = self.connected = True
            log.info("connected to the broker address=%s account=%s", self.broker.where, self.client_id)
            self.inbox.put(Connected(generation))

        def on_disconnect(
            _client: Client,
            _data: object,
            _flags: DisconnectFlags,
            code: ReasonCode,
            _props: Properties | None,
        ) -> None:
            if self.connected:
                self._reason = f"the connection was lost ({code})"
            self.connected = False
            if self.exclusive and code.value == TAKEN_OVER:
                self._stop.set()
                self.inbox.put(TakenOver())
            self._lost.set()

        def on_publish(
            _client: Client, _data: object, mid: int, code: ReasonCode, _props: Properties | None
        ) -> None:
            if code.value == NO_SUBSCRIBERS:
                self.inbox.put(Unheard(mid))

        def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
            properties = message.properties
            self.inbox.put(
                Message(
                    topic=message.topic,
                    payload=bytes(message.payload),
                    retained=message.retain,
                    reply_to=getattr(properties, "ResponseTopic", None),
                    correlation=getattr(properties, "CorrelationData", None),
                    generation=generation,
                    mid=message.mid,
                    qos=message.qos,
                )
            )

        client.on_connect = on_connect
        client.on_subscribe = on_subscribe
        client.on_disconnect = on_disconnect
        if not self.exclusive:  # the hub asks nobody, and tells much that nobody hears
            client.on_publish = on_publish
        client.on_message = on_message
        client.on_socket_open = send_at_once
        return client


def _options(topic: str) -> SubscribeOptions:
    """A retained request must not look like a live one, and a state that the broker kept must look like it.

    So Retain As Published for requests, and not for the rest. The hub hears no state of its own.
    """
    return SubscribeOptions(qos=1, noLocal="/state/" in topic, retainAsPublished="ask/" in topic)


def send_at_once(_client: Client, _data: object, sock: Any) -> None:
    """Small messages are not held back to be joined with later ones."""
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
