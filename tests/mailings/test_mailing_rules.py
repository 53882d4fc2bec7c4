"""What may be done with a mailing in each of its states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifyhub import Conflict, Hub, answers
from notifyhub.clock import now_ms
from notifyhub.domain.mailings import MAILING_MOVES, MailingStatus
from notifyhub.flow.mailings import sweep
from notifyhub.hub import core_of
from notifyhub.requests.mailings import MailingChangeRequest
from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.serving import running

LATER = "2126-12-01T10:00:00+03:00"
EVEN_LATER = "2126-12-02T10:00:00+03:00"
CHANGES: dict[str, Any] = {
    "name": "Spring",
    "text": "Hi",
    "channels": ["gateway"],
    "audience": {"tag": "vip"},
    "reach": "all",
    "starts_at": LATER,
    "ends_at": EVEN_LATER,
    "send_window": {"from": "09:00"},
    "priority": "urgent",
    "max_attempts": 7,
    "deduplicate": "off",
    "on_unconfirmed": "at_most_once",
    "late_joiners": False,
    "rate": "20/s",
    "ignore_reachability": True,
    "options": {"telegram": {"parse_mode": "HTML"}},
    "reference": "order-17",
    "metadata": {"shop": 5},
    "template": "sale",
    "template_version": 2,
    "language": "ru",
    "variables": {"percent": 50},
}
OF_TEMPLATES = {"template", "template_version", "language", "variables"}
LIVE_CHANGES = {"name", "ends_at", "priority", "rate", "reference", "metadata"}
ACTIONS = ("start", "pause", "resume", "cancel", "retry-failed")
AFTER: dict[str, dict[str, str]] = {
    "draft": {"start": "running", "cancel": "cancelled"},
    "scheduled": {"start": "running", "cancel": "cancelled"},
    "running": {"pause": "paused", "cancel": "cancelled", "retry-failed": "running"},
    "paused": {"resume": "running", "cancel": "cancelled", "retry-failed": "paused"},
    "finished": {"retry-failed": "finished"},
    "cancelled": {},
    "expired": {},
}
"""The state that an action leads to; those left out are refused. Nothing has failed here."""


@pytest.fixture
def quiet(make_hub: HubMaker) -> Hub:
    """A hub that moves no mailing by itself."""
    return make_hub(worker=False)


def mailing_that_is(status: str, hub: Hub) -> answers.Mailing:
    """A mailing to nobody in this state."""
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        "draft": {"draft": True},
        "scheduled": {"starts_at": "2126-11-30T10:00:00+03:00"},
        "expired": {"starts_at": now + timedelta(seconds=0.02), "ends_at": now + timedelta(seconds=0.04)},
    }
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], **given.get(status, {}))
    if status == "paused":
        hub.mailings.pause(mailing.id)
    elif status == "cancelled":
        hub.mailings.cancel(mailing.id)
    while mailing.ends_at is not None and datetime.now(UTC) <= mailing.ends_at:
        pass
    if status in ("finished", "expired"):
        sweep(core_of(hub).database, lambda channel: None, now_ms)
    assert hub.mailings.get(mailing.id).status == status
    return mailing


def test_every_state_and_every_member_has_its_rule() -> None:
    assert AFTER.keys() == set(MailingStatus) == MAILING_MOVES.keys()
    assert CHANGES.keys() == MailingChangeRequest.model_fields.keys()


@pytest.mark.parametrize("status", AFTER)
@pytest.mark.parametrize("member", [name for name in CHANGES if name not in OF_TEMPLATES])
def test_a_member_can_be_changed_in_these_states(quiet: Hub, status: str, member: str) -> None:
    mailing = mailing_that_is(status, quiet)
    before = quiet.mailings.get(mailing.id)
    may = status in ("draft", "scheduled") or (status in ("running", "paused") and member in LIVE_CHANGES)

    if may:
        quiet.mailings.update(mailing.id, **{member: CHANGES[member]})
    else:
        with pytest.raises(Conflict, match=f"mailing {mailing.id} is {status}: .*can no longer be changed"):
            quiet.mailings.update(mailing.id, **{member: CHANGES[member]})

    after = quiet.mailings.get(mailing.id)
    changed = {name for name in CHANGES if getattr(after, name) != getattr(before, name)}
    assert changed == ({member} if may and member != "late_joiners" else set())
    assert after.status == status


@pytest.mark.parametrize("status", AFTER)
@pytest.mark.parametrize("member", sorted(OF_TEMPLATES))
def test_a_template_can_be_changed_until_the_mailing_starts(quiet: Hub, status: str, member: str) -> None:
    for percent in ("{{ percent }} %", "{{ percent }} percent", "now {{ percent }} %"):
        quiet.templates.set("sale", percent)
    mailing = mailing_that_is(status, quiet)
    of_template = {name: CHANGES[name] for name in {member, "template", "variables"}}

    if status in ("draft", "scheduled"):
        changed = quiet.mailings.update(mailing.id, **of_template)
        assert {name: getattr(changed, name) for name in of_template} == of_template
    else:
        with pytest.raises(Conflict):
            quiet.mailings.update(mailing.id, **of_template)


@pytest.mark.parametrize("status", AFTER)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_leads_to_this_state_or_is_refused(quiet: Hub, status: str, action: str) -> None:
    mailing = mailing_that_is(status, quiet)

    with running(make_app(quiet)) as port:
        api = Api(quiet, port)
        reply = api.post(f"/api/v1/mailings/{mailing.id}/{action}", {})
        found = api.get(f"/api/v1/mailings/{mailing.id}").json

    expected = AFTER[status].get(action)
    assert found["status"] == expected or status
    if expected is None:
        assert (reply.status, reply.json["type"]) == (409, "/problems/conflict")
        assert f"mailing {mailing.id} is {status}" in reply.json["detail"]
    else:
        assert (reply.status, reply.json["status"]) == (200, expected)


@pytest.mark.parametrize("status", AFTER)
def test_a_mailing_can_be_deleted_in_every_state_once(quiet: Hub, status: str) -> None:
    mailing = mailing_that_is(status, quiet)

    with running(make_app(quiet)) as port:
        api = Api(quiet, port)
        path = f"/api/v1/mailings/{mailing.id}"
        done = api.ask("DELETE", path)
        told = [api.ask(*asked).status for asked in (("DELETE", path), ("GET", path), ("POST", f"{path}/start"))]

    ended = ("finished", "cancelled", "expired")
    assert (done.status, done.json["status"]) == (200, status if status in ended else "cancelled")
    assert told == [404, 404, 404]
