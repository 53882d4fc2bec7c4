"""A mailing is changed by the form that made it; once it runs, by a shorter one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifyhub import Hub
from tests.dashboard.mailings.walking import STEPS, Browser, Page
from tests.mailings.conftest import fill, until

WINDOW = {"from": "09:00", "to": "21:00", "days": ["mon", "fri"]}


def saved(browser: Browser, id_: int, **typed: str) -> Page:
    """Walk through the steps, change these fields, and save."""
    page = browser.open(f"/mailings/{id_}/edit")
    for step in ("audience", "when", "check", "draft"):
        mine = {name: value for name, value in typed.items() if name in dict(page.form(STEPS).fields)}
        page = page.send(STEPS, step, mine)
        assert page.status == 200, page.faults
    return page


def whole(hub: Hub, id_: int) -> dict[str, Any]:
    return hub.mailings.get(id_).model_dump(mode="json", exclude={"updated_at"})


@pytest.mark.parametrize(
    "members",
    [
        {"channels": ["viber", "telegram"], "reach": "all", "audience": {"operator_code": ["903"], "tag": ["vip"]}},
        {"channels": {"first_of": ["telegram", "viber"], "confirm_within": 600}, "send_window": WINDOW},
        {"audience": {"any": [{"tag": "a"}, {"not": {"got": 7}}]}, "rate": "20/s", "priority": "urgent"},
        {"audience": {"all": [{"any": [{"tag": "a"}, {"tag": "b"}]}, {"tag": "c"}]}, "reference": "mine"},
        {"audience": {"attribute": {"name": "orders", "at_least": 5}}, "deduplicate": 3600, "max_attempts": 7},
        {"audience": {"attribute": {"name": "floor", "is": ["5", 5]}, "tag": ["one, two"]}},
        {"audience": {"attribute": {"name": "floor", "is": [5]}, "operator_code": ["903", "905"]}},
        {"audience": {"attribute": {"name": "city", "exists": False}}, "ignore_reachability": True},
        {"starts_at": "2126-12-01T10:00:00Z", "ends_at": "2126-12-02T10:00:00Z", "late_joiners": True},
    ],
)
def test_saving_what_is_there_changes_nothing(browser: Browser, hub: Hub, members: dict[str, Any]) -> None:
    given = {"name": "Sale", "text": "Hello\nthere", "channels": ["telegram"], "draft": True} | members
    draft = hub.mailings.create(**({"starts_at": "2126-11-01T10:00:00Z"} | given))
    before = whole(hub, draft.id)

    page = saved(browser, draft.id)

    assert page.path == f"/mailings/{draft.id}"
    assert whole(hub, draft.id) == before


def test_a_template_and_its_variables_are_kept(browser: Browser, hub: Hub) -> None:
    hub.templates.set("hello", "Hello {{ town }} {{ list|join(', ') }}")
    words = {"template": "hello", "variables": {"town": "Tver\nand more", "list": ["a", "b"]}, "language": "ru"}
    draft = hub.mailings.create("Sale", channels=["telegram"], draft=True, starts_at="2126-11-01T10:00:00Z", **words)
    before = whole(hub, draft.id)

    saved(browser, draft.id)

    assert whole(hub, draft.id) == before


def test_what_is_emptied_gets_its_default(browser: Browser, hub: Hub) -> None:
    given = {"rate": "20/s", "ends_at": "2126-12-02T10:00:00Z", "send_window": WINDOW, "audience": {"tag": "even"}}
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True, **given)

    emptied = dict.fromkeys(("rate", "ends_at", "window_from", "window_to", "a.0.value"), "")
    page = browser.open(f"/mailings/{draft.id}/edit").send(STEPS, "audience")
    page = page.send(STEPS, "when", {"a.0.value": ""})
    page = page.send(STEPS, "check", {name: "" for name in emptied if not name.startswith("a.")} | {"days": []})
    page.send(STEPS, "draft")

    mailing = hub.mailings.get(draft.id)
    assert (mailing.rate, mailing.ends_at, mailing.send_window, mailing.audience) == (None, None, None, {})


def test_the_moments_of_a_mailing_are_marked_as_utc_for_the_script(browser: Browser, hub: Hub) -> None:
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True, starts_at="2126-11-01T10:00:00Z")

    page = browser.open(f"/mailings/{draft.id}/edit")

    assert '<input type="hidden" name="starts_at" value="2126-11-01T10:00" data-utc="">' in page.html
    assert "data-utc" not in page.send(STEPS, "audience").html


def test_a_running_mailing_has_a_shorter_form(browser: Browser, hub: Hub) -> None:
    fill(hub, 1)
    ends = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=ends, late_joiners=True)
    until(hub, mailing.id, lambda found: found.status == "running")
    path = f"/mailings/{mailing.id}/edit"

    page = browser.open(path)
    assert f'value="{ends:%Y-%m-%dT%H:%M}"' in page.html
    page = page.send(path, typed={"name": "Spring sale", "priority": "normal"})

    changed = hub.mailings.get(mailing.id)
    assert (changed.name, changed.priority, changed.ends_at) == ("Spring sale", "normal", ends)
    assert "The mailing was changed." in page.words


def test_a_fault_in_the_shorter_form_stands_beside_its_field(browser: Browser, hub: Hub) -> None:
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at="2126-12-02T10:00:00Z", late_joiners=True)
    until(hub, mailing.id, lambda found: found.status == "running")
    path = f"/mailings/{mailing.id}/edit"

    page = browser.open(path).send(path, typed={"ends_at": "2020-01-01T10:00", "name": "Spring"})

    assert (page.status, page.faults) == (422, {"ends_at": ["is in the past"]})
    assert page.value(path, "name") == "Spring"


def test_what_rows_can_say_is_shown_in_rows(browser: Browser, hub: Hub) -> None:
    audience = {"operator_code": ["903", "905"], "not": {"attribute": {"name": "floor", "is": ["5", 5, "Tver"]}}}
    draft = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True, audience=audience)

    page = browser.open(f"/mailings/{draft.id}/edit").send(STEPS, "audience")

    assert page.value(STEPS, "audience_json") == ""
    assert [page.value(STEPS, f"a.0.{name}") for name in ("kind", "value", "not")] == ["operator_code", "903, 905", ""]
    row = [page.value(STEPS, f"a.1.{name}") for name in ("kind", "name", "value", "not")]
    assert row == ["is", "floor", "5, Tver", "1"]
