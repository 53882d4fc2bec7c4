"""The page as it is served, and what it is told of. How it looks and works is tested by `make browser`."""

from __future__ import annotations

import json
import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.journal.happenings import Happenings
from notifyhub.emulator.web.inbox_page import ASSETS
from tests.emulator.receiver import Receiver, receiving
from tests.emulator.test_made_for_tests import Events

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FILES = sorted(path.name for path in ASSETS.iterdir())


@pytest.fixture(scope="module")
def shared_receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(shared_receiver: Receiver) -> Receiver:
    shared_receiver.clear()
    return shared_receiver


def test_a_browser_gets_the_page(site):
    reply = site.call("GET", "/", headers=BROWSER)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<title>Inbox" in reply.raw


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_everybody_else_gets_json(site, accept):
    reply = site.call("GET", "/", headers={"Accept": accept} if accept else {})
    assert reply.json["emulator"] == "notifyhub"


@pytest.mark.parametrize("path", ["/", *(f"/assets/{name}" for name in FILES)])
def test_nothing_but_files_of_its_own_may_run(site, path):
    policy = site.call("GET", path, headers=BROWSER).headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", FILES)
def test_the_assets_use_no_network_and_no_markup_from_texts(name):
    source = (ASSETS / name).read_text()
    assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\son\w+=", source)


def test_an_asset_that_has_not_changed_is_not_sent_again(site):
    first = site.call("GET", "/assets/look.css")
    again = site.call("GET", "/assets/look.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status) == (200, 304)


@pytest.mark.parametrize("name", ["none.js", "../app.py", "%2e%2e/app.py"])
def test_there_are_no_other_assets(site, name):
    assert site.call("GET", f"/assets/{name}").status == 404


def test_a_mounted_emulator_has_the_page_too(serve_mounted):
    emulator = Emulator()
    with serve_mounted(Starlette(routes=[Mount("/emulator", emulator.app)]), emulator, "/emulator") as site:
        page = site.call("GET", "/", headers=BROWSER).raw.decode()
        links = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert [link for link in links if link.startswith("/")] == []
        assert site.call("GET", "/assets/inbox.js").status == 200
    emulator.journal.close()


@pytest.fixture
def token(site, receiver):
    """The token of a message that a Viber bot sent, whose webhook is the receiver."""
    assert site.viber("set_webhook", url=receiver.url).json["status"] == 0
    body = {"receiver": "01234567890A=", "type": "text", "text": "hi", "sender": {"name": "Shop"}}
    yield str(site.viber(**body).json["message_token"])
    # Callbacks to a receiver that has gone would be repeated all through later tests.
    site.viber("set_webhook", url="")
    assert site.emulator.callbacks.wait_until_idle(30)


def test_receipts_happen_beside_the_journal(site, token):
    assert site.emulator.callbacks.wait_until_idle(30)
    told = site.call("GET", "/happenings").json["happenings"]
    about = [(one["what"], one["kind"]) for one in told if one.get("about") == token]
    assert about == [("callback", "delivered"), ("callback", "seen")]


def test_what_people_do_happens_too(site, token):
    last = site.call("GET", "/happenings").json["last"]
    reply = site.call("POST", "/people/viber/01234567890A=/messages", {"text": "hello"})
    assert reply.status == 200
    told = site.call("GET", f"/happenings?since={last}").json["happenings"]
    [deed] = [one for one in told if one["what"] == "deed"]
    assert (deed["channel"], deed["address"], deed["text"]) == ("viber", "01234567890A=", "hello")


def test_a_deed_that_reaches_nobody_did_not_happen(site):
    last = site.call("GET", "/happenings").json["last"]
    assert site.call("POST", "/people/telegram/999/messages", {"text": "hello"}).status == 409
    assert site.call("GET", f"/happenings?since={last}").json["happenings"] == []


def test_the_stream_tells_of_happenings_and_of_an_emptied_journal(site, token):
    assert site.emulator.callbacks.wait_until_idle(30)
    events = Events(site)
    site.call("POST", "/people/viber/01234567890A=/messages", {"text": "hello"})
    assert events.next()["text"] == "hello"
    site.call("POST", "/reset")
    while (line := events.response.readline()) != b"event: cleared\n":
        assert line
    events.close()


def test_happenings_are_bounded_and_numbered_on():
    told = []
    happenings = Happenings(lambda: told.append(1), kept=3)
    for number in range(5):
        happenings.add("deed", text=str(number))
    assert [one["text"] for one in happenings.since(0)] == ["2", "3", "4"]
    assert [one["number"] for one in happenings.since(3)] == [4, 5]
    assert (happenings.last, len(told), happenings.since(5)) == (5, 5, [])
    happenings.clear()
    assert (happenings.since(0), happenings.last) == ([], 5)


def test_a_happening_is_plain_json(site, token):
    assert site.emulator.callbacks.wait_until_idle(30)
    told = site.call("GET", "/happenings").raw.decode()
    assert json.loads(told)["happenings"]
    assert "445da6" not in told
