"""/messages/new: what is sent, and what is shown before."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.conftest import HubMaker
from tests.dashboard.conftest import Person, Visiting

LATER = "2126-12-01T10:00"
NEW = "/messages/new"


def once(person: Person) -> str:
    found = re.search(r'name="once" value="([^"]+)"', person.get(NEW).text)
    assert found is not None
    return found[1]


def test_a_message_goes_to_every_address_of_the_form(admin: Person) -> None:
    form = {"text": "Hello", "to.telegram": "1067000\r\n1067001", "to.viber": "01234567890A=", "send_at": LATER}

    answer = admin.post(NEW, form, page=NEW)

    (message,) = admin.hub.messages()
    assert answer.headers["location"] == f"/messages/{message.id}"
    assert admin.hub.message(str(message.id)).counts == {"scheduled": 3}


def test_a_moment_is_in_the_time_zone_of_the_browser(admin: Person) -> None:
    admin.post(NEW, {"text": "Hello", "to.telegram": "1067000", "send_at": LATER, "zone": "Asia/Omsk"}, page=NEW)

    (message,) = admin.hub.messages()
    assert message.send_at is not None
    assert message.send_at.isoformat() == "2126-12-01T04:00:00+00:00"


def test_a_form_that_is_sent_twice_sends_once(admin: Person) -> None:
    form = {"text": "Hello", "to.telegram": "1067000", "deduplicate": "off", "send_at": LATER, "once": once(admin)}

    first, second = (admin.post(NEW, form, page=NEW) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    assert len(admin.hub.messages()) == 1


def test_nothing_typed_is_lost(admin: Person) -> None:
    form = {"text": "Line 1\nLine 2", "to.telegram": "nobody at all", "reference": "order 5", "send_at": LATER}

    page = admin.post(NEW, form, page=NEW)

    assert page.status_code == 422
    assert admin.hub.messages() == []
    for typed in ("Line 1\nLine 2", "nobody at all", "order 5", LATER):
        assert typed in unescape(page.text)


def test_a_preview_sends_nothing_and_says_what_is_too_long(admin: Person) -> None:
    page = admin.post(NEW, {"text": "x" * 5_000, "to.telegram": "1067000", "do": "preview"}, page=NEW)

    assert page.status_code == 422
    assert "telegram takes 4,096 characters at most, and the text has 5,000" in page.text
    assert admin.hub.messages() == []


def test_a_preview_says_what_is_wrong(admin: Person) -> None:
    page = admin.post(NEW, {"text": "Hello", "to.telegram": "nonsense!!", "do": "preview"}, page=NEW)
    nobody = admin.post(NEW, {"text": "Hello", "do": "preview"}, page=NEW)

    assert page.status_code == nobody.status_code == 422
    assert "telegram wants a whole number" in page.text.partition('id="to.telegram-faults"')[2].partition("</ul>")[0]
    assert "must not be empty" in nobody.text


@pytest.mark.parametrize("text", ["it's", 'say "hi"', "$HOME `id`", "back\\slash", "Привет 😀"])
def test_the_commands_of_a_preview_are_quoted(admin: Person, text: str) -> None:
    import ast
    import json
    import shlex

    page = admin.post(NEW, {"text": text, "to.telegram": "1067000", "do": "preview"}, page=NEW).text
    curl, python = (unescape(re.search(rf'<pre id="{name}">(.*?)</pre>', page, re.S)[1]) for name in ("curl", "python"))  # type: ignore[index]

    assert json.loads(shlex.split(curl)[-1])["text"] == text
    call = ast.parse(python).body[-1].value  # type: ignore[attr-defined]
    assert [ast.literal_eval(argument) for argument in call.args] == [text, [{"telegram": "1067000"}]]


def test_the_commands_have_the_address_that_people_use(make_hub: HubMaker, visiting: Visiting) -> None:
    person = visiting(make_hub(worker=False, auth="none", dashboard={"url": "https://hub.example"}))

    page = person.post(NEW, {"text": "Hello", "to.telegram": "1067000", "do": "preview"}, page=NEW)

    assert "https://hub.example/api/v1/messages" in page.text
