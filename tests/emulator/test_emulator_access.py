"""Who may ask the emulator: on a loopback address pages of this machine only, elsewhere whoever has the key."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.routing import Route

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.web.guards import THIS_MACHINE, with_key
from notifyhub.emulator.web.key_asked import one_key
from tests.emulated import RunningEmulator
from tests.emulator.conftest import Reply, Site, serving

KEY = "sesame: open"
BEARER = {"Authorization": f"Bearer {KEY}"}
BASIC = {"Authorization": "Basic " + b64encode(f"anna:{KEY}".encode()).decode()}
EVIL = {"Origin": "https://evil.example"}
MESSENGERS = ("/telegram/", "/viber/", "/whatsapp/", "/gateway/")


def own_requests() -> list[tuple[str, str]]:
    """A request for each method of each path that is no messenger's."""
    found = [("GET", "/assets/inbox.js")]
    for route in Emulator().app.routes:
        if isinstance(route, Route) and not route.path.startswith(MESSENGERS):
            path = re.sub(r"\{\w+\}", "1", route.path)
            found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


OWN = own_requests()
CHANGES = [one for one in OWN if one[0] != "GET"]
SEND = {"chat_id": 42, "text": "hi"}

Serve = Callable[[Emulator], Any]


@pytest.fixture
def locked() -> Iterator[Site]:
    """An emulator as it is where others reach it."""
    with serving(Emulator(guards=with_key(one_key(KEY)))) as site:
        yield site


def send(site: Site, **headers: str) -> Reply:
    """A bot sends a message."""
    return site.call("POST", "/telegram/bot1:a/sendMessage", SEND, {"Content-Type": "application/json", **headers})


# A loopback address


@pytest.mark.parametrize(("method", "path"), OWN)
def test_under_a_name_of_somebody_elses_nothing_of_its_own_is_there(site: Site, method: str, path: str) -> None:
    """A page of theirs can have such a name point here, and then reads what it likes."""
    reply = site.call(method, path, headers={"Host": "evil.example"})

    assert reply.status == 421
    assert reply.json["detail"] == "evil.example is not a name of this service, which needs no key"


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_page_of_somebody_elses_changes_nothing(site: Site, method: str, path: str) -> None:
    send(site)

    assert site.call(method, path, {}, EVIL).status == 403
    assert site.listed()["entries"] != []


def test_a_page_of_somebody_elses_sends_nothing_either(site: Site) -> None:
    assert send(site, **EVIL).status == 403
    assert site.listed()["entries"] == []


def test_a_page_of_this_machine_may(site: Site) -> None:
    assert site.call("POST", "/reset", headers={"Origin": "http://localhost:3000"}).status == 204


def test_a_bot_that_knows_only_the_messengers_real_name_may_have_it_point_here(site: Site) -> None:
    assert send(site, Host="api.telegram.org").json["ok"]


def test_the_emulator_of_the_pytest_plugin_is_closed_to_pages_too(emulator: RunningEmulator) -> None:
    site = Site(emulator.emulator, int(emulator.url.rpartition(":")[2]))

    assert site.call("POST", "/reset", headers=EVIL).status == 403


# Any other address


@pytest.mark.parametrize(("method", "path"), OWN)
def test_without_the_key_nothing_of_its_own_is_there(locked: Site, method: str, path: str) -> None:
    send(locked)
    reply = locked.call(method, path)

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="notifyhub emulator", charset="UTF-8"'
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert len(locked.journal.entries()) == 1


WRONG = ["Bearer sesame", "Basic c2VzYW1l", "Basic !", "Basic", "Bearer", "Digest x", "", f"Token {KEY}"]


@pytest.mark.parametrize("given", WRONG)
def test_a_wrong_key_is_none(locked: Site, given: str) -> None:
    assert locked.call("GET", "/journal", headers={"Authorization": given}).status == 401


@pytest.mark.parametrize("given", [BEARER, BASIC, {"Authorization": f"bearer {KEY}"}])
def test_the_key_opens_it_as_bearer_and_as_the_password_of_basic(locked: Site, given: dict[str, str]) -> None:
    assert locked.call("GET", "/journal", headers=given).json["entries"] == []
    assert locked.call("POST", "/reset", headers=given).status == 204


def test_a_browser_gets_the_page_with_basic(locked: Site) -> None:
    reply = locked.call("GET", "/", headers={"Accept": "text/html", **BASIC})

    assert (reply.status, reply.headers.get_content_type()) == (200, "text/html")


def test_the_messengers_ask_for_their_own_tokens_only(locked: Site) -> None:
    assert send(locked, Host="emulator.example").json["ok"]


def test_any_name_will_do_with_the_key(locked: Site) -> None:
    assert locked.call("GET", "/journal", headers={"Host": "emulator.example", **BEARER}).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://emulator.example:81", "http://["])
def test_a_page_elsewhere_changes_nothing_with_what_the_browser_remembers(locked: Site, origin: str) -> None:
    headers = {"Host": "emulator.example:80", "Origin": origin, **BASIC}

    assert locked.call("POST", "/reset", headers=headers).status == 403


def test_its_own_page_may_change_things(locked: Site) -> None:
    headers = {"Host": "emulator.example:8090", "Origin": "http://Emulator.example:8090", **BASIC}

    assert locked.call("POST", "/reset", headers=headers).status == 204


def test_with_a_key_on_a_loopback_address_both_are_looked_at(serve: Serve) -> None:
    with serve(Emulator(guards=with_key(one_key(KEY), THIS_MACHINE))) as site:
        assert site.call("GET", "/journal").status == 401
        assert site.call("GET", "/journal", headers={"Host": "evil.example", **BEARER}).status == 421
        assert json.loads(site.call("GET", "/journal", headers=BEARER).raw)["entries"] == []
