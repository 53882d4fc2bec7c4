"""What somebody typed means what it meant, is kept when something is wrong, and undoes nobody else's change."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest

from notifyhub import Hub
from tests.dashboard.conftest import Person
from tests.dashboard.test_bulk_actions import PATH as BULK
from tests.dashboard.test_bulk_actions import hidden, words

STEPS = "/mailings/new"
LATER = "2126-12-01T10:00:30+00:00"
SWITCH = 'action="/language"'


def fields(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the form of a page, but for the token."""
    form = page.text.partition("<main")[2]
    found = re.findall(r'type="hidden" name="([a-z_.0-9]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrf"}


def at_step(person: Person, to: str, /, **typed: str) -> httpx.Response:
    """A step of a new mailing."""
    given = {"name": "Sale", "text": "Hello", "channel.0": "telegram", "step": "text", "go": to}
    return person.post(STEPS, {**given, **typed}, page=STEPS)


@pytest.mark.parametrize("typed", ["50,5", "50.5", " 50.5 "])
def test_a_bound_is_a_number_as_people_write_it(admin: Person, typed: str) -> None:
    row = {"a.0.kind": "at_least", "a.0.name": "orders", "a.0.value": typed}

    page = at_step(admin, "when", step="audience", **row)
    admin.post(STEPS, {**fields(page), "step": "when", "go": "draft"}, page=STEPS)

    (mailing,) = admin.hub.mailings.list()
    assert mailing.audience == {"attribute": {"name": "orders", "at_least": 50.5}}


def test_thousands_may_have_spaces_between_them(admin: Person) -> None:
    row = {"a.0.kind": "at_most", "a.0.name": "orders", "a.0.value": "10 000"}

    at_step(admin, "draft", step="audience", **row)

    assert admin.hub.mailings.list()[0].audience == {"attribute": {"name": "orders", "at_most": 10_000}}


@pytest.mark.parametrize(
    ("kind", "typed", "complaint"),
    [
        ("at_least", "many", "must be a number"),
        ("at_least", "1, 2", "must be a number"),
        ("got", "1, 2", "must be a whole number"),
    ],
)
def test_what_takes_one_value_refuses_several(admin: Person, kind: str, typed: str, complaint: str) -> None:
    page = at_step(admin, "when", step="audience", **{"a.0.kind": kind, "a.0.name": "orders", "a.0.value": typed})

    told = page.text.partition('id="a.0.value-faults"')[2].partition("</ul>")[0]
    assert page.status_code == 422
    assert complaint in told
    assert "constrained" not in told
    assert f'value="{typed}"' in page.text


def test_a_filter_of_times_means_the_same_to_a_browser_elsewhere(admin: Person, quiet: Hub) -> None:
    sent = quiet.send("Hello", to=[{"telegram": "1"}, {"telegram": "2"}], at=LATER)
    soon = f"{sent.created_at.replace(year=sent.created_at.year + 1):%Y-%m-%dT%H:%M}"
    query = {"channel": "telegram", "created_to": soon, "zone": "Asia/Vladivostok"}

    listed = admin.get("/messages", show="deliveries", **query)
    page = admin.get(BULK, action="cancel", all="1", **query)
    # A browser in Los Angeles says so in all forms.
    done = admin.post(BULK, {**hidden(page), "zone": "America/Los_Angeles"})

    assert "2 are waiting and will not be sent." in words(page)
    assert hidden(page)["created_to"] == [f"{soon}:00+10:00"]
    assert f'name="created_to" value="{soon}:00+10:00"' in listed.text
    assert re.search(r'id="created_to"[^>]* data-utc=""', listed.text)
    assert admin.said(done) == "Cancelled: 2. Left alone: 0."


def test_a_client_who_is_changed_meanwhile_keeps_that_change(admin: Person, quiet: Hub) -> None:
    client = quiet.clients.create("79161234567", tags=["a"])
    path = f"/clients/{client.id}/edit"
    form = fields(admin.get(path))
    quiet.clients.update(client.id, tags=["a", "b"], attributes={"city": "Tver"})

    admin.post(path, {**form, "phone": "79161234567", "timezone": "Asia/Omsk", "tags": "a", "operator_code": "916"})

    changed = quiet.clients.get(client.id)
    assert (changed.timezone, changed.tags, changed.attributes) == ("Asia/Omsk", ["a", "b"], {"city": "Tver"})


def test_a_running_mailing_that_is_throttled_meanwhile_stays_so(admin: Person, quiet: Hub) -> None:
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"], rate="1/s", ends_at=LATER)
    path = f"/mailings/{mailing.id}/edit"
    page = admin.get(path)
    quiet.mailings.update(mailing.id, rate="1/min", priority="urgent")

    typed = {"name": "Autumn", "ends_at": "2126-12-01T10:00:30"}
    admin.post(path, {**fields(page), **typed, "rate": "1/s", "priority": "bulk"})
    same = {**typed, "rate": "1/min", "priority": "urgent"}
    nothing = admin.post(path, {**fields(admin.get(path)), **same})

    changed = quiet.mailings.get(mailing.id)
    assert (changed.name, changed.rate, changed.priority) == ("Autumn", "1/min", "urgent")
    assert changed.ends_at == mailing.ends_at
    assert admin.said(nothing) == "There was nothing to change."


def test_seconds_of_a_draft_stay(admin: Person, quiet: Hub) -> None:
    draft = quiet.mailings.create("Sale", "Hello", ["telegram"], starts_at=LATER, draft=True)

    page = admin.get(f"/mailings/{draft.id}/edit")

    assert 'value="2126-12-01T10:00:30"' in page.text


def test_the_language_is_not_offered_where_it_would_cost_what_was_typed(admin: Person) -> None:
    pages = [
        at_step(admin, "audience"),
        admin.post("/messages/new", {"text": "Hello", "do": "preview"}, page="/messages/new"),
        admin.post("/keys/new", {"name": "shop", "scopes": "read"}, page="/keys/new"),
    ]

    assert [SWITCH in page.text for page in pages] == [False] * 3
    assert SWITCH in admin.get("/mailings/new").text


def test_a_text_whose_message_was_cancelled_meanwhile_is_kept(admin: Person, quiet: Hub) -> None:
    message = quiet.send("Hello", to={"telegram": "1"}, at=LATER)
    page = f"/messages/{message.id}"
    admin.get(page)
    quiet.cancel(message.id)

    answer = admin.post(f"{page}/change", {"text": "A long text that took an hour"}, page="/messages/new")

    assert answer.status_code == 422
    assert "A long text that took an hour</textarea>" in answer.text
    assert 'role="alert"' in answer.text


def test_a_mailing_that_was_deleted_while_it_was_edited_is_kept_as_a_new_one(admin: Person, quiet: Hub) -> None:
    draft = quiet.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    form = fields(admin.get(f"/mailings/{draft.id}/edit"))
    quiet.mailings.delete(draft.id)

    page = at_step(admin, "audience", **{**form, "id": str(draft.id), "name": "Autumn", "go": "audience"})
    saved = admin.post(STEPS, {**fields(page), "go": "draft"}, page=STEPS)

    assert f"there is no mailing {draft.id}" in page.text
    assert fields(page)["name"] == "Autumn"
    assert quiet.mailings.get(int(saved.headers["location"].rpartition("/")[2])).name == "Autumn"


def test_a_page_that_is_loaded_again_sends_no_second_test(admin: Person, quiet: Hub) -> None:
    check = at_step(admin, "check")
    typed: dict[str, Any] = {**fields(check), "go": "test", "to.telegram": "777"}

    pages = [admin.post(STEPS, typed, page=STEPS) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert len(quiet.messages()) == 1


def test_every_template_can_be_chosen(admin: Person, quiet: Hub) -> None:
    for number in range(101):
        quiet.templates.set(f"t{number:03}", "Hello")

    assert '<option value="t100">t100</option>' in admin.get(STEPS).text


@pytest.mark.parametrize("typed", ["name: Anna\ncity = Tver", "name = Anna\ncity: Tver"])
def test_variables_are_typed_in_one_way_everywhere(admin: Person, quiet: Hub, typed: str) -> None:
    quiet.templates.set("hello", "Hello {{ name }} of {{ city }}")

    preview = admin.post("/templates/hello", {"variables": typed}, page="/templates/hello")
    check = at_step(admin, "draft", text="", template="hello", variables=typed)

    assert "Hello Anna of Tver" in preview.text
    assert check.status_code == 303
    assert quiet.mailings.list()[0].variables == {"name": "Anna", "city": "Tver"}


def test_what_is_no_id_is_said_beside_it(admin: Person) -> None:
    page = admin.get("/messages", id="hello")

    assert page.status_code == 422
    assert "This is no id of a message or a delivery." in page.text.partition('id="id-faults"')[2]
    assert 'value="hello"' in page.text
