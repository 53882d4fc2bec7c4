"""Signing in to the pages through a real provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread

from tests.conftest import HubMaker
from tests.dashboard.conftest import Person, Visiting
from tests.dashboard.oidc.signing_in import CLIENT_ID, CLIENT_SECRET

# It uses what Authlib wants to be rid of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ANN = User(sub="ann-1", claims={"name": "Ann", "email": "ann@id.example", "groups": ["ops"]})
BOB = User(sub="bob-2", claims={"name": "Bob", "groups": ["guests"]})

Arriving = Callable[..., Person]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=(ANN, BOB), require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def arriving(make_hub: HubMaker, visiting: Visiting) -> Arriving:
    """Somebody at a dashboard that knows a provider."""

    def arrive(issuer: str, **given: object) -> Person:
        oidc = {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "roles": "ops=operator"}
        hub = make_hub(worker=False, dashboard={"url": "https://hub.example"}, oidc={**oidc, **given})
        return visiting(hub)

    return arrive


def through_the_provider(person: Person, sub: str, to: str = "/") -> httpx.Response:
    """The answer to the browser that comes back."""
    # What is marked Secure would not come back over http.
    begun = person.browser.get("/signin/oidc", params={"to": to})
    person.browser.headers["Cookie"] = begun.headers["set-cookie"].partition(";")[0]
    back = httpx.post(begun.headers["location"], data={"sub": sub}, timeout=60).headers["location"]
    parts = urlsplit(back)
    assert back.startswith("https://hub.example/")
    answer = person.browser.get(f"{parts.path}?{parts.query}")
    sessions = [cookie for cookie in answer.headers.get_list("set-cookie") if "notifyhub_session=" in cookie]
    person.browser.headers["Cookie"] = "; ".join(cookie.partition(";")[0] for cookie in sessions)
    return answer


def test_who_comes_back_is_signed_in_with_the_role_of_their_group(issuer: str, arriving: Arriving) -> None:
    person = arriving(issuer)

    answer = through_the_provider(person, "ann-1", "/messages?status=failed")

    assert (answer.status_code, answer.headers["location"]) == (303, "/messages?status=failed")
    assert "ann@id.example" in person.get("/").text
    (session,) = person.hub.sessions.list()
    assert (session.via, session.role) == ("oidc", "operator")


def test_who_has_none_of_the_groups_is_told_so(issuer: str, arriving: Arriving) -> None:
    person = arriving(issuer)

    answer = through_the_provider(person, "bob-2")

    assert answer.status_code == 403
    assert "your account has none of the groups ops" in answer.text
    assert person.hub.sessions.list() == []


def test_the_page_has_a_button_with_the_label(issuer: str, arriving: Arriving) -> None:
    person = arriving(issuer, label="Sign in with the shop")

    page = person.get("/signin").text

    assert "Sign in with the shop" in page
    assert "/signin/oidc?to=%2F" in page


def test_without_a_provider_there_is_no_button(stranger: Person) -> None:
    assert "/signin/oidc" not in stranger.get("/signin").text
    assert stranger.get("/signin/oidc").status_code == 404


def test_a_provider_that_is_away_is_told_of_in_one_line(arriving: Arriving) -> None:
    person = arriving("http://127.0.0.1:9")

    answer = person.get("/signin/oidc")

    assert answer.status_code == 403
    assert "The sign-in provider does not answer" in answer.text


def test_an_answer_that_nobody_here_has_asked_for_signs_nobody_in(issuer: str, arriving: Arriving) -> None:
    person = arriving(issuer)

    answer = person.browser.get("/signin/oidc/callback", params={"code": "x", "state": "y"})

    assert answer.status_code == 403
    assert "was begun in another browser" in answer.text
    assert person.hub.sessions.list() == []
