"""Links that sign somebody in to the dashboard once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from notifyhub import InvalidRequest
from notifyhub.clock import now_ms, to_ms
from notifyhub.errors import SignInRefused
from notifyhub.hub.sessions import NewSession
from tests.sessions.conftest import BROWSER, Door, DoorMaker


def test_a_link_signs_in_whom_it_was_made_for(door: Door) -> None:
    link = door.hub.sessions.link(name="Anna", role="operator")

    session = door.redeem(link.token).session

    assert (session.name, session.role, session.via, session.user_agent) == ("Anna", "operator", "link", BROWSER)


def test_a_link_works_once(door: Door) -> None:
    link = door.hub.sessions.link(name="Anna")
    door.redeem(link.token)

    with pytest.raises(SignInRefused):
        door.redeem(link.token)


def test_of_all_who_race_for_a_link_one_signs_in(make_door: DoorMaker) -> None:
    doors = [make_door() for _ in range(3)] * 3
    link = doors[0].hub.sessions.link(name="Anna")
    at_once = Barrier(len(doors))

    def redeem(door: Door) -> NewSession | None:
        at_once.wait()
        try:
            return door.redeem(link.token)
        except SignInRefused:
            return None

    with ThreadPoolExecutor(len(doors)) as pool:
        won = [one for one in pool.map(redeem, doors) if one is not None]

    assert [one.session for one in won] == doors[0].hub.sessions.list()


def _used(door: Door) -> str:
    token = door.hub.sessions.link(name="Anna").token
    door.redeem(token)
    return token


def _expired(door: Door) -> str:
    token = door.hub.sessions.link(name="Anna", valid_s=60).token
    door.in_the_store("UPDATE login_links SET expires_at = ?", now_ms())
    return token


@pytest.mark.parametrize("bad", [_used, _expired, lambda _: "A" * 43, lambda _: "", lambda _: "\x00 or 1=1"])
def test_nobody_learns_why_a_link_does_not_work(door: Door, bad: Callable[[Door], str]) -> None:
    with pytest.raises(SignInRefused, match=r"^this sign-in link is unknown, was used or has expired$"):
        door.redeem(bad(door))


def test_a_failed_attempt_is_told_without_its_token(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    token = _used(door)
    caplog.set_level(logging.INFO)

    with pytest.raises(SignInRefused):
        door.redeem(token)

    (record,) = [record for record in caplog.records if record.getMessage() == "sign_in.failed"]
    assert (record.levelname, vars(record)["via"]) == ("WARNING", "link")
    assert not [record for record in caplog.records if token in str(vars(record))]


def test_a_link_works_for_as_long_as_is_set(make_door: DoorMaker) -> None:
    link = make_door(dashboard={"link_s": 7200}).hub.sessions.link(name="Anna")

    assert 7190 < (to_ms(link.expires_at) - now_ms()) / 1000 <= 7200


def test_a_link_may_have_a_life_of_its_own(door: Door) -> None:
    link = door.hub.sessions.link(name="Anna", valid_s=86_400)

    assert 86_390 < (to_ms(link.expires_at) - now_ms()) / 1000 <= 86_400


def test_a_link_leads_to_the_address_that_is_set(make_door: DoorMaker) -> None:
    link = make_door(dashboard={"url": "https://hub.example.org"}).hub.sessions.link(name="Anna")

    assert link.url == f"https://hub.example.org/signin?token={link.token}"


def test_the_store_knows_no_token_and_no_secret(door: Door) -> None:
    link = door.hub.sessions.link(name="Anna")
    signed_in = door.redeem(link.token)

    stored = str([door.in_the_store(f"SELECT * FROM {table}") for table in ("login_links", "dashboard_sessions")])

    assert "Anna" in stored
    assert link.token not in stored
    assert signed_in.secret not in stored


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": ""}, "name: must not be empty"),
        ({"name": "a\nb"}, "name: takes at most 255 characters, all of them printable"),
        ({"name": "Anna", "role": "boss"}, "role: there is no 'boss'; there are viewer, operator, admin"),
        ({"name": "Anna", "valid_s": 0}, "valid_s: must be at least 1"),
        ({"name": "Anna", "valid_s": 604_801}, "valid_s: must be at most 604800"),
    ],
)
def test_a_wrong_link_is_not_made(door: Door, given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        door.hub.sessions.link(**given)

    assert str(refused.value) == told
    assert door.in_the_store("SELECT id FROM login_links") == []
