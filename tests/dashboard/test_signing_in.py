"""Signing in and out, and what is refused to those who are not signed in or may not."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from notifyhub.hub import core_of
from notifyhub.store.rows import run
from tests.conftest import HubMaker
from tests.dashboard.conftest import Person, Visiting


def test_a_link_signs_in_once(stranger: Person) -> None:
    link = stranger.hub.sessions.link(role="operator", name="Anna")

    first = stranger.browser.post("/signin", data={"token": link.token})
    page = stranger.get("/").text
    stranger.browser.cookies.clear()
    second = stranger.browser.post("/signin", data={"token": link.token})

    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert "Anna" in page
    assert second.status_code == 403
    assert "unknown, was used or has expired" in second.text


def test_looking_at_a_link_does_not_use_it_up(stranger: Person) -> None:
    link = stranger.hub.sessions.link(name="Anna")

    for _ in range(2):
        assert link.token in stranger.get("/signin", token=link.token).text

    assert stranger.browser.post("/signin", data={"token": link.token}).status_code == 303


def test_the_language_is_chosen_before_signing_in_and_kept(stranger: Person) -> None:
    link = stranger.hub.sessions.link(name="Anna")
    page = stranger.get("/signin", token=link.token, to="/messages").text

    offered = re.findall(r'href="(/signin\?language=ru[^"]*)"', page)
    russian = stranger.get(html.unescape(offered[0])).text
    stranger.browser.post("/signin", data={"token": link.token})

    assert 'lang="ru"' in russian.partition("<head>")[0]
    assert f'value="{link.token}"' in russian
    assert 'value="/messages"' in russian
    assert '<html lang="ru">' in stranger.get("/").text


def test_a_language_that_there_is_not_changes_nothing(stranger: Person) -> None:
    reply = stranger.get("/signin", language="../klingon")

    assert (reply.status_code, '<html lang="en">' in reply.text) == (200, True)
    assert "set-cookie" not in reply.headers


def test_whoever_is_not_signed_in_comes_back_to_their_page(stranger: Person) -> None:
    asked = stranger.get("/messages?status=failed&channel=viber")
    page = stranger.get(asked.headers["location"])
    link = stranger.hub.sessions.link(name="Anna")
    signed_in = stranger.browser.post(
        "/signin", data={"token": link.token, "to": "/messages?status=failed&channel=viber"}
    )

    assert asked.status_code == 303
    assert "status%3Dfailed" in asked.headers["location"]
    assert page.status_code == 200
    assert signed_in.headers["location"] == "/messages?status=failed&channel=viber"


@pytest.mark.parametrize(
    "to", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", ""]
)
def test_nobody_is_led_to_another_site(stranger: Person, to: str) -> None:
    link = stranger.hub.sessions.link(name="Anna")

    assert stranger.browser.post("/signin", data={"token": link.token, "to": to}).headers["location"] == "/"


def test_the_cookie_is_for_our_pages_alone(stranger: Person) -> None:
    link = stranger.hub.sessions.link(name="Anna")

    cookie = stranger.browser.post("/signin", data={"token": link.token}).headers["set-cookie"]

    for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert word in cookie
    assert link.token not in cookie
    assert "Secure" not in cookie  # over http, it would never come back


def test_the_cookie_is_secure_where_people_come_by_https(make_hub: HubMaker, visiting: Visiting) -> None:
    person = visiting(make_hub(worker=False, dashboard={"url": "https://hub.example.org"}))
    link = person.hub.sessions.link(name="Anna")

    assert "Secure" in person.browser.post("/signin", data={"token": link.token}).headers["set-cookie"]


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(admin: Person) -> None:
    copied = dict(admin.browser.cookies)

    left = admin.post("/signout")
    admin.browser.cookies.update(copied)

    assert left.headers["location"] == "/signin"
    assert admin.get("/").headers["location"].startswith("/signin")


def test_a_revoked_session_is_refused_at_once(admin: Person) -> None:
    (session,) = admin.hub.sessions.list()

    admin.hub.sessions.revoke(session.id)

    assert admin.get("/").status_code == 303


def test_who_tries_too_often_waits(make_hub: HubMaker, visiting: Visiting) -> None:
    person = visiting(make_hub(worker=False, dashboard={"sign_in_rate": 3}))

    # At most two minutes of the clock.
    answers = [person.browser.post("/signin", data={"token": "x" * 43}) for _ in range(8)]

    assert {answer.status_code for answer in answers[:3]} == {403}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 0 < int(refused[0].headers["retry-after"]) <= 60


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}])
def test_no_other_site_signs_anybody_in(stranger: Person, headers: dict[str, str]) -> None:
    link = stranger.hub.sessions.link(name="Mallory")

    answer = stranger.browser.post("/signin", data={"token": link.token}, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert stranger.browser.post("/signin", data={"token": link.token}).status_code == 303


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("0" * 64, {}),
        (None, {"Origin": "http://evil.example"}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Sec-Fetch-Site": "same-site"}),
        (None, {"Origin": "null"}),
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(admin: Person, token: str | None, headers: dict[str, str]) -> None:
    form = {"text": "Hello", "to.telegram": "1067000"} | ({} if token is None else {"csrf": token})

    answer = admin.post("/messages/new", form, page="/messages/new", **headers)

    assert answer.status_code == 400
    assert admin.hub.messages() == []


def test_a_viewer_sees_no_buttons_and_can_send_nothing(stranger: Person) -> None:
    viewer = stranger.sign_in("viewer")

    assert "/messages/new" not in viewer.get("/").text
    refused = viewer.post("/messages/new", {"text": "Hello", "to.telegram": "1067000"})
    assert refused.status_code == 403
    assert "Your role is viewer" in refused.text
    assert viewer.hub.messages() == []


def test_an_operator_sees_nothing_that_is_for_admins(stranger: Person) -> None:
    operator = stranger.sign_in("operator")

    menu = operator.get("/").text
    assert "/messages/new" in menu
    for path in ("/keys", "/audit", "/people"):
        assert f'href="{path}"' not in menu
        assert operator.get(path).status_code == 403


def test_the_audit_names_whoever_did_it(admin: Person) -> None:
    message = admin.hub.send("Hello", to={"telegram": "1067000"}, at="2126-12-01T10:00:00+03:00")

    admin.post(f"/messages/{message.id}/cancel")

    (line,) = admin.hub.audit.list(action="message.cancelled")
    assert (line.face, line.who) == ("dashboard", "Anna")


def test_without_authentication_nobody_signs_in(make_hub: HubMaker, visiting: Visiting) -> None:
    person = visiting(make_hub(worker=False, auth="none"))

    page = person.get("/")

    assert page.status_code == 200
    assert "Sign out" not in page.text


def test_a_page_says_that_the_store_is_away(admin: Person) -> None:
    core_of(admin.hub).database.close()
    answer = admin.get("/messages")

    assert answer.status_code == 503


def test_the_dashboard_can_be_turned_off(make_hub: HubMaker, visiting: Visiting) -> None:
    person = visiting(make_hub(worker=False, auth="none", dashboard={"enabled": False}))

    assert person.get("/messages").status_code == 404
    assert person.get("/").headers["content-type"] == "application/json"


def test_programs_still_get_links_where_browsers_get_the_overview(admin: Person) -> None:
    links = admin.browser.get("/", headers={"Accept": "*/*"})

    assert links.json()["messages"] == "/api/v1/messages"
    assert "<h1>Overview</h1>" in admin.get("/").text


def forget_the_use(person: Person) -> None:
    """As if the session had been used two minutes ago."""

    def write(database: Any, items: Any) -> list[None]:
        run(database, "UPDATE dashboard_sessions SET last_used_at = last_used_at - 120000")
        return [None] * len(items)

    core_of(person.hub).database.write(write, None).result()


def test_a_page_that_is_left_open_does_not_keep_its_session_alive(admin: Person) -> None:
    forget_the_use(admin)
    (before,) = admin.hub.sessions.list()

    admin.browser.get("/", headers={"HX-Request": "true"})
    (left_open,) = admin.hub.sessions.list()
    admin.get("/")
    (looked_at,) = admin.hub.sessions.list()

    assert left_open.last_used_at == before.last_used_at < looked_at.last_used_at


def test_a_stream_tells_whoever_is_signed_out(admin: Person) -> None:
    admin.post("/signout")

    assert admin.browser.get("/live").text == "event: ended\ndata: \n\n"
