"""Passwords, patience with wrong ones, and sessions that outlive a restart."""

import asyncio
from pathlib import Path

import pytest

from config.clock import FakeClock
from config.errors import Refused
from config.settings import Login
from web.login import FREE_TRIES, LONGEST_WAIT_S, Logins, Throttle, hash_password, matches
from web.sessions import LIFE, Sessions


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class TestPassword:
    def test_only_the_password_matches_its_hash(self) -> None:
        hashed = hash_password("mật khẩu dài")
        assert matches(hashed, "mật khẩu dài")
        assert not matches(hashed, "mật khẩu ngắn")
        assert not matches(hashed, "")

    def test_the_hash_does_not_hold_the_password_and_is_never_the_same(self) -> None:
        one, other = hash_password("bí-mật"), hash_password("bí-mật")
        assert one.startswith("$argon2id$")
        assert one != other


class TestThrottle:
    def test_a_few_mistakes_are_free(self, clock: FakeClock) -> None:
        throttle = Throttle(clock)
        for _ in range(FREE_TRIES - 1):
            throttle.failed("lan")
        assert throttle.wait("lan") == 0

    def test_then_each_one_costs_twice_the_time(self, clock: FakeClock) -> None:
        throttle = Throttle(clock)
        waits = []
        for _ in range(FREE_TRIES + 12):
            throttle.failed("lan")
            waits.append(throttle.wait("lan"))
            clock.advance(throttle.wait("lan"))
        assert waits[FREE_TRIES - 1 : FREE_TRIES + 3] == [1, 2, 4, 8]
        assert waits[-1] == LONGEST_WAIT_S

    def test_another_name_need_not_wait_and_the_right_password_forgets(self, clock: FakeClock) -> None:
        throttle = Throttle(clock)
        for _ in range(FREE_TRIES):
            throttle.failed("lan")
        assert throttle.wait("minh") == 0
        throttle.passed("lan")
        assert throttle.wait("lan") == 0


class TestLogins:
    @pytest.fixture
    def logins(self, clock: FakeClock) -> Logins:
        return Logins([Login("lan", hash_password("đúng rồi")), Login("cu", "not a hash")], clock)

    def refused(self, logins: Logins, name: str, password: str) -> Refused:
        with pytest.raises(Refused) as refused:
            asyncio.run(logins.admit(name, password))
        return refused.value

    def test_the_right_password_comes_in(self, logins: Logins) -> None:
        assert asyncio.run(logins.admit("lan", "đúng rồi")).name == "lan"

    def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(self, logins: Logins) -> None:
        wrong, unknown = self.refused(logins, "lan", "sai"), self.refused(logins, "khong-ai", "sai")
        assert (wrong.code, wrong.message) == (unknown.code, unknown.message)
        assert wrong.code == "wrong-password"

    def test_a_broken_hash_lets_nobody_in(self, logins: Logins) -> None:
        assert self.refused(logins, "cu", "not a hash").code == "wrong-password"

    def test_whoever_guesses_waits_even_with_the_right_password(
        self, logins: Logins, clock: FakeClock
    ) -> None:
        for _ in range(FREE_TRIES):
            self.refused(logins, "lan", "sai")
        told = self.refused(logins, "lan", "đúng rồi")
        assert (told.code, told.field) == ("too-many-tries", "1")
        clock.advance(1)
        assert asyncio.run(logins.admit("lan", "đúng rồi")).name == "lan"

    def test_many_unknown_names_share_one_patience(self, logins: Logins) -> None:
        for number in range(FREE_TRIES):
            self.refused(logins, f"khong-{number}", "sai")
        assert self.refused(logins, "khong-ai", "sai").code == "too-many-tries"


class TestSessions:
    def test_a_session_outlives_a_restart(self, tmp_path: Path, clock: FakeClock) -> None:
        with Sessions(tmp_path / "sessions.sqlite", clock) as sessions:
            token = sessions.start("lan")
        with Sessions(tmp_path / "sessions.sqlite", clock) as sessions:
            assert sessions.login(token) == "lan"

    def test_the_file_does_not_hold_the_token(self, tmp_path: Path, clock: FakeClock) -> None:
        with Sessions(tmp_path / "sessions.sqlite", clock) as sessions:
            token = sessions.start("lan")
        assert token.encode() not in (tmp_path / "sessions.sqlite").read_bytes()

    def test_it_ends_with_the_day_or_by_leaving(self, tmp_path: Path, clock: FakeClock) -> None:
        with Sessions(tmp_path / "sessions.sqlite", clock) as sessions:
            left, stayed = sessions.start("lan"), sessions.start("lan")
            sessions.end(left)
            assert (sessions.login(left), sessions.login(stayed)) == (None, "lan")
            clock.advance(LIFE.total_seconds())
            assert sessions.login(stayed) is None
            assert sessions.login("") is None
