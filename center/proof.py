"""Proves on the broker that runs that the access list holds.

Mosquitto answers "granted" to a subscription that its list forbids, and takes a publication that goes
nowhere: only what really arrives tells. So an account that no device has listens to everything and writes
where it must not; of all that, it may hear a single message.
"""

from collections.abc import Iterator
from time import monotonic, sleep

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from bus.session import Connected, Message, Session
from bus.topics import VERSION
from config.errors import LuotError
from config.settings import Broker, CenterSettings

ACCOUNT = "PROOF"  # no device's: their names have small letters
SILENT = (
    # what it may read, and not write
    "state/proof", "reply/{name}", "device/{name}/ask/proof",
    # what it may write, and not read
    "ask/{name}/proof", "device/{name}/health", "device/{name}/reply/proof",
    # neither
    "ask/proof/take", "ask/{name}/proof/print-ticket", "ask/proof/{name}/print-ticket", "reply/proof",
    "device/proof/status", "call", "journal",
)  # fmt: skip
HEARD = "device/{name}/status"
PROOF = b"proof"
WITHIN_S = 20.0  # a Pi that boots has much to do
SILENCE = f"The broker has not answered for {WITHIN_S:.0f} s."
WRITE_AGAIN = "Write its configuration again (luot broker) and restart it; no other Mosquitto may run here."


def prove(broker: Broker, center: CenterSettings, password: str) -> None:
    """Raises LuotError that names a rule which the broker does not keep, or says that it does not answer."""
    root = f"luot/{VERSION}/{center.center}/"
    if _lets_in_anybody(broker):
        raise LuotError("The broker lets in whoever comes, without an account.", hint=WRITE_AGAIN)
    account = Broker(broker.host, broker.port, broker.socket, ACCOUNT, password, broker.ca)
    with Session(account, ACCOUNT, (f"{root}#",)) as session:
        if not isinstance(first := next(_news(session)), Connected):
            raise LuotError(f"The broker does not let in its own test: {first}.", hint=WRITE_AGAIN)
        for topic in (*SILENT, HEARD):
            session.publish(root + topic.format(name=ACCOUNT), PROOF)
        for news in _news(session):
            if not isinstance(news, Message) or news.payload != PROOF:
                continue
            topic = news.topic.removeprefix(root)
            if topic == HEARD.format(name=ACCOUNT):
                return
            raise LuotError(
                f"The broker does not keep its access list: {topic} went through.", hint=WRITE_AGAIN
            )


def _news(session: Session) -> Iterator[object]:
    """What comes, while it comes in time. Raises LuotError where nothing does."""
    deadline = monotonic() + WITHIN_S
    while (left := deadline - monotonic()) > 0:
        yield from session.receive(left)
    raise LuotError(SILENCE, hint="See what it says: journalctl -u luot-broker")


def _lets_in_anybody(broker: Broker) -> bool:
    """What it says to a client without an account. Raises LuotError where it says nothing."""
    said: list[ReasonCode] = []
    client = Client(
        CallbackAPIVersion.VERSION2,
        protocol=MQTTProtocolVersion.MQTTv5,
        transport="unix" if broker.socket else "tcp",
        reconnect_on_failure=False,
    )
    client.on_connect = lambda _client, _data, _flags, code, _properties: said.append(code)
    if broker.ca and not broker.socket:
        client.tls_set(ca_certs=broker.ca)
    deadline = monotonic() + WITHIN_S
    while monotonic() < deadline and not said:
        try:
            client.connect(broker.socket or broker.host, 1 if broker.socket else broker.port)
        except OSError:
            sleep(0.05)  # it has only just been started
        while not said and client.loop(0.1) is MQTTErrorCode.MQTT_ERR_SUCCESS and monotonic() < deadline:
            pass
    client.disconnect()
    if not said:
        raise LuotError(SILENCE, hint="See what it says: journalctl -u luot-broker")
    return not said[0].is_failure
