"""Sessions of the dashboard: how they begin, how long they live, how they end."""

from __future__ import annotations

import pytest

from notifyhub import NotFound
from notifyhub.clock import now_ms, to_ms
from notifyhub.domain.roles import Role
from notifyhub.errors import SignInRefused
from notifyhub.flow import sweep
from notifyhub.hub import core_of
from notifyhub.logs.current import ASKED_BY, Who
from tests.conftest import HubMaker
from tests.sessions.conftest import Door, DoorMaker

MINUTE_MS = 60_000


def unused_for(door: Door, length_ms: int) -> None:
    """As if nobody had used any session for so long."""
    door.in_the_store("UPDATE dashboard_sessions SET last_used_at = ?", now_ms() - length_ms)


def last_use(door: Door) -> int:
    (session,) = door.hub.sessions.list()
    return to_ms(session.last_used_at)


def test_a_session_is_found_by_its_secret(door: Door) -> None:
    begun = door.begin("Anna", Role.VIEWER)
    door.begin("Boris")

    assert door.find(begun.secret) == begun.session
    assert (begun.session.name, begun.session.role, begun.session.via) == ("Anna", "viewer", "oidc")


@pytest.mark.parametrize("secret", ["", "A" * 43, "A" * 42 + "'", "secret\x00"])
def test_another_secret_finds_nothing(door: Door, secret: str) -> None:
    door.begin()

    assert door.find(secret) is None


def test_a_session_that_others_began_is_found_by_all_processes(make_door: DoorMaker) -> None:
    begun = make_door().begin()

    assert make_door().find(begun.secret) == begun.session


def test_a_session_lives_as_long_as_is_set(make_door: DoorMaker) -> None:
    begun = make_door(dashboard={"session_s": 7200}).begin()

    assert begun.session.expires_at.timestamp() - begun.session.created_at.timestamp() == 7200


def test_a_session_ends_when_its_time_is_over_however_much_it_is_used(door: Door) -> None:
    begun = door.begin()
    door.in_the_store("UPDATE dashboard_sessions SET expires_at = ?", now_ms())

    assert door.find(begun.secret) is None
    assert door.hub.sessions.list() == []


def test_a_session_that_is_not_used_for_the_time_that_is_set_ends(make_door: DoorMaker) -> None:
    door = make_door(dashboard={"idle_s": 600})
    begun = door.begin()

    unused_for(door, 9 * MINUTE_MS)
    assert door.find(begun.secret) is not None
    unused_for(door, 11 * MINUTE_MS)
    assert door.find(begun.secret) is None


def test_a_session_that_ended_unused_is_no_longer_listed(make_door: DoorMaker) -> None:
    door = make_door(dashboard={"idle_s": 600})
    door.begin()
    unused_for(door, 11 * MINUTE_MS)

    assert door.hub.sessions.list() == []


def test_its_use_is_noted(door: Door) -> None:
    begun = door.begin()
    unused_for(door, 2 * MINUTE_MS)
    before = last_use(door)

    door.find(begun.secret)
    door.in_the_store("SELECT 1")  # written after the note

    assert last_use(door) > before


def test_its_use_is_noted_once_a_minute(door: Door) -> None:
    begun = door.begin()
    unused_for(door, MINUTE_MS // 2)
    before = last_use(door)

    door.find(begun.secret)
    door.in_the_store("SELECT 1")

    assert last_use(door) == before


def test_who_signs_out_is_out(door: Door) -> None:
    begun, other = door.begin(), door.begin()
    door.end(begun.session.id)

    assert door.find(begun.secret) is None
    assert door.find(other.secret) is not None


def test_signing_out_twice_does_no_harm(door: Door) -> None:
    begun = door.begin()
    door.end(begun.session.id)
    door.end(begun.session.id)

    assert [line.action for line in door.hub.audit.list()] == ["session.ended", "session.began"]


def test_a_revoked_session_is_refused_by_all_processes(make_door: DoorMaker) -> None:
    door = make_door()
    begun = door.begin()

    assert make_door().hub.sessions.revoke(begun.session.id).name == "Anna"
    assert door.find(begun.secret) is None


def test_what_is_no_live_session_cannot_be_revoked(door: Door) -> None:
    begun = door.begin()
    door.end(begun.session.id)

    with pytest.raises(NotFound, match=f"there is no live session {begun.session.id}"):
        door.hub.sessions.revoke(begun.session.id)
    with pytest.raises(NotFound, match="there is no live session 99"):
        door.hub.sessions.revoke(99)


def test_those_who_are_signed_in_are_listed_in_the_order_of_their_coming(door: Door) -> None:
    begun = [door.begin(name).session for name in ("Vera", "Anna", "Boris")]

    assert door.hub.sessions.list() == begun


def test_what_a_browser_calls_itself_is_shortened(door: Door) -> None:
    assert door.begin(user_agent="x" * 1000).session.user_agent == "x" * 200


def test_what_cannot_be_shown_is_replaced(door: Door) -> None:
    begun = door.begin("An\x00na\n", user_agent="Fire\x1bfox")

    assert (begun.session.name, begun.session.user_agent) == ("An\ufffdna\ufffd", "Fire\ufffdfox")


def test_the_audit_names_the_person_who_signed_in_and_out(door: Door) -> None:
    link = door.hub.sessions.link(name="Anna", role="viewer")
    begun = door.redeem(link.token)
    door.end(begun.session.id)

    out, in_, made = door.hub.audit.list()
    assert (made.action, made.face, made.about.id) == ("session.linked", "python", None)
    assert made.changed == {"name": "Anna", "role": "viewer"}
    assert (in_.action, in_.face, in_.who) == ("session.began", "dashboard", "Anna")
    assert in_.changed == {"via": "link", "role": "viewer"}
    assert (out.action, out.face, out.who) == ("session.ended", "dashboard", "Anna")
    assert in_.about.id == out.about.id == str(begun.session.id)


def test_the_audit_names_who_revoked_a_session(door: Door) -> None:
    begun = door.begin("Anna")
    token = ASKED_BY.set(Who("dashboard", "Boris"))
    door.hub.sessions.revoke(begun.session.id)
    ASKED_BY.reset(token)

    line = door.hub.audit.list()[0]
    assert (line.action, line.face, line.who, line.about.id) == (
        "session.revoked",
        "dashboard",
        "Boris",
        str(begun.session.id),
    )


def test_a_refused_link_has_no_line(door: Door) -> None:
    token = door.hub.sessions.link(name="Anna").token
    door.in_the_store("UPDATE login_links SET expires_at = ?", now_ms())
    with pytest.raises(SignInRefused):
        door.redeem(token)

    assert [line.action for line in door.hub.audit.list()] == ["session.linked"]


def test_expired_links_and_sessions_are_forgotten(door: Door) -> None:
    database = core_of(door.hub).database
    door.hub.sessions.link(name="Anna")
    door.begin()
    assert sweep.forget_sessions(database, now_ms()) == 0

    door.in_the_store("UPDATE login_links SET expires_at = 1000")
    door.in_the_store("UPDATE dashboard_sessions SET expires_at = 1000")

    assert sweep.forget_sessions(database, now_ms()) == 2
    assert door.in_the_store("SELECT id FROM login_links UNION ALL SELECT id FROM dashboard_sessions") == []


def test_the_worker_forgets_them(make_hub: HubMaker, database_url: str) -> None:
    door = Door(make_hub(worker=False, database_url=database_url))
    door.hub.sessions.link(name="Anna")
    door.in_the_store("UPDATE login_links SET expires_at = 1000")

    make_hub(database_url=database_url)

    while door.in_the_store("SELECT id FROM login_links"):
        pass
