"""A bell that wakes every coroutine that waits for it."""

import asyncio


class Bell:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait now."""
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    async def wait(self, within: float) -> None:
        """Return at the next ring, or after `within` seconds."""
        try:
            await asyncio.wait_for(self._rung.wait(), within)
        except TimeoutError:
            return
