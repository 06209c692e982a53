"""Who may come in: passwords, and patience with wrong ones."""

import asyncio
import logging
import math
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from config.clock import Clock
from config.errors import Refused
from config.settings import Login

log = logging.getLogger(__name__)

FREE_TRIES = 5  # wrong passwords for a name before it has to wait
LONGEST_WAIT_S = 60.0

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """A password as the settings keep it (argon2id)."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. Takes a good part of a second on a Pi, as it should."""
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False


@cache
def _nobody() -> str:
    """What an unknown name is checked against, so that it takes as long as a known one."""
    return hash_password("")


class Throttle:
    """Wrong passwords make their name wait: 1 s, 2 s, 4 s … after the free tries.

    Names that no login has share one count, so that what is kept stays small.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._failures: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def wait(self, name: str) -> float:
        """Seconds until this name may try again."""
        return max(0.0, self._until.get(name, 0.0) - self.clock.monotonic())

    def failed(self, name: str) -> None:
        self._failures[name] = failures = self._failures.get(name, 0) + 1
        if failures >= FREE_TRIES:
            wait = min(LONGEST_WAIT_S, 2.0 ** (failures - FREE_TRIES))
            self._until[name] = self.clock.monotonic() + wait

    def passed(self, name: str) -> None:
        self._failures.pop(name, None)
        self._until.pop(name, None)


class Logins:
    """The people of the settings."""

    def __init__(self, logins: Sequence[Login], clock: Clock) -> None:
        self._logins = {login.name: login for login in logins}
        self._throttle = Throttle(clock)
        self._one_at_a_time = asyncio.Lock()  # argon2 takes 64 MB each time

    def find(self, name: str) -> Login | None:
        return self._logins.get(name)

    async def admit(self, name: str, password: str) -> Login:
        """The login of this name and password.

        Raises Refused (`wrong-password`; `too-many-tries`, with the seconds to wait as its field).
        """
        login = self._logins.get(name)
        counted = name if login else ""
        async with self._one_at_a_time:
            wait = self._throttle.wait(counted)
            if wait > 0:
                raise Refused("too-many-tries", "Too many wrong passwords.", field=str(math.ceil(wait)))
            known = login.password_hash if login else _nobody()
            try:
                right = await asyncio.to_thread(matches, known, password)
            except InvalidHashError:
                log.error("the settings hold no usable password hash login=%s", name)
                right = False
            if login is None or not right:
                self._throttle.failed(counted)
                log.warning("a wrong name or password login=%s", name if login else "unknown")
                raise Refused("wrong-password", "The name or the password is wrong.")
            self._throttle.passed(counted)
            return login
