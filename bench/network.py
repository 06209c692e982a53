"""A network that fails on purpose: each client reaches the broker by a wire of its own.

A wire can be cut (both ends are told, and nobody gets in), stalled (bytes wait, and come late), or deafened
(one end is told that its connection is over, and the other is not). What passes is never changed.
"""

import asyncio
import contextlib
import threading
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass, field
from typing import Literal

End = Literal["client", "broker"]

LOCALHOST = "127.0.0.1"
CHUNK = 65_536  # bytes


@dataclass(eq=False)
class Link:
    """One connection: the streams to its two ends."""

    client: StreamWriter
    broker: StreamWriter
    telling: asyncio.Event = field(default_factory=asyncio.Event)  # one end hears of the other's end

    def abort(self) -> None:
        self.client.transport.abort()
        self.broker.transport.abort()
        self.telling.set()


class Wire:
    """The way of one client to the broker: whole until somebody troubles it, from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, broker: int) -> None:
        self.port = 0  # of loopback: the client's broker
        self._loop = loop
        self._broker = broker
        self._cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None

    def cut(self) -> None:
        """Both ends lose their connection, and no new one is made."""
        self._loop.call_soon_threadsafe(self._begin_cut)

    def stall(self) -> None:
        """Nothing passes and nobody is told. What is sent meanwhile comes when the wire is mended."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def deafen(self, end: End) -> None:
        """Tell that end that its connection is over; the other believes in it until the wire is mended."""
        self._loop.call_soon_threadsafe(self._hang_up, end)

    def mend(self) -> None:
        self._loop.call_soon_threadsafe(self._become_whole)

    # On the loop's thread

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, LOCALHOST)
        self.port = self._server.sockets[0].getsockname()[1]

    def _begin_cut(self) -> None:
        self._cut = True
        for link in self._links:
            link.abort()

    def _hang_up(self, end: End) -> None:
        for link in self._links:
            link.telling.clear()
            (link.client if end == "client" else link.broker).transport.abort()

    def _become_whole(self) -> None:
        self._cut = False
        self._flowing.set()
        for link in self._links:
            link.telling.set()

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        await self._flowing.wait()
        if self._cut:
            writer.transport.abort()
            return
        try:
            there, to_broker = await asyncio.open_connection(LOCALHOST, self._broker)
        except OSError:  # the broker is down
            writer.transport.abort()
            return
        link = Link(writer, to_broker)
        link.telling.set()
        self._links.add(link)
        await asyncio.gather(self._carry(reader, to_broker, link), self._carry(there, writer, link))
        self._links.discard(link)

    async def _carry(self, reader: StreamReader, writer: StreamWriter, link: Link) -> None:
        """Carry one direction until it ends."""
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        await link.telling.wait()
        writer.transport.abort()


class Network:
    """Wires to the broker on that port: `with Network(port) as network: wire = network.wire()`."""

    def __init__(self, broker: int) -> None:
        self.broker = broker
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def __enter__(self) -> "Network":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wire(self) -> Wire:
        """A new wire, for one client."""
        wire = Wire(self._loop, self.broker)
        asyncio.run_coroutine_threadsafe(wire.open(), self._loop).result()
        return wire

    async def _end(self) -> None:
        """Let go of every connection."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
