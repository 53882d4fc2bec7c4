"""Requests that no page of ours makes: far too much, malformed, or from somebody who was signed out meanwhile."""

from __future__ import annotations

from contextlib import ExitStack

import httpx
import pytest

from notifyhub import Hub
from notifyhub_api.dashboard.form import MOST_FIELDS
from notifyhub_api.dashboard.live import MOST_OF_A_SESSION
from tests.conftest import HubMaker
from tests.dashboard.conftest import Person, Visiting

LONG = "9" * 5_000
MALFORMED = "http://["
READ_ONLY = ("/mailings/new", "/messages/new", "/mailings/{id}/edit", "/mailings/{id}/start", "/mailings/{id}/test")
ASKING = ("/mailings/{id}/cancel", "/mailings/{id}/delete", "/mailings/{id}/retry")


@pytest.mark.parametrize("path", ["/language", "/signin"])
def test_a_form_of_far_too_many_fields_is_refused(admin: Person, path: str) -> None:
    form = "&".join(f"f{number}=x" for number in range(MOST_FIELDS + 1))

    answer = admin.browser.post(
        path, content=form, headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": admin.url}
    )

    assert answer.status_code == 413
    assert f"more than {MOST_FIELDS} fields" in answer.text


def test_empty_parts_of_a_form_are_counted(admin: Person) -> None:
    body = b"--b\r\n\r\n\r\n" * (MOST_FIELDS + 1) + b"--b--\r\n"

    answer = admin.browser.post(
        "/language", content=body, headers={"Content-Type": "multipart/form-data; boundary=b", "Origin": admin.url}
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("path", [f"/deliveries/{LONG}", f"/mailings/{LONG}/edit", f"/messages?id={LONG}"])
def test_an_id_of_thousands_of_digits_is_no_id(admin: Person, path: str) -> None:
    assert admin.get(path).status_code in (404, 422)


def test_an_origin_that_is_no_address_is_somebody_elses(admin: Person) -> None:
    link = admin.hub.sessions.link(role="viewer", name="Bob")

    signing_in = admin.browser.post("/signin", data={"token": link.token}, headers={"Origin": MALFORMED})
    form = admin.post("/language", {"language": "ru"}, Origin=MALFORMED)

    assert signing_in.status_code == 403
    assert form.status_code == 403 or "not sent by a page of this session" in form.text


@pytest.mark.parametrize("referer", [MALFORMED, "{url}//evil.example/x"])
def test_a_page_before_that_is_none_of_ours_is_not_gone_back_to(admin: Person, referer: str) -> None:
    answer = admin.post("/deliveries/99999/resolve", {"as": "sent"}, Referer=referer.format(url=admin.url))

    assert answer.headers.get("location", "/") == "/"
    assert answer.status_code in (303, 404)


def test_the_stream_of_a_session_that_was_ended_ends_with_the_next_change(admin: Person, quiet: Hub) -> None:
    (session,) = quiet.sessions.list()
    with admin.browser.stream("GET", "/live", timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: release"
        quiet.sessions.revoke(session.id)
        quiet.send("Hello", to={"telegram": "1"}, at="2126-12-01T10:00:00Z")

        assert [line for line in lines if line.startswith("event:")][-1] == "event: ended"


def test_nobody_takes_the_streams_of_all_others(admin: Person) -> None:
    with ExitStack() as open_, httpx.Client(base_url=admin.url, cookies=admin.browser.cookies, timeout=30) as client:
        # What reads a stream is kept: without it, the stream is closed.
        streams = [open_.enter_context(client.stream("GET", "/live")).iter_lines() for _ in range(MOST_OF_A_SESSION)]
        assert {next(stream) for stream in streams} == {"retry: 2000"}

        one_more = client.get("/live")
        somebody_else = Person(admin.hub, admin.url).sign_in(name="Bob")
        with somebody_else.browser.stream("GET", "/live") as another:
            assert another.status_code == 200

    assert one_more.status_code == 503


@pytest.mark.parametrize("path", [*READ_ONLY, *ASKING])
def test_viewers_get_no_form_that_they_may_not_send(stranger: Person, quiet: Hub, path: str) -> None:
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    viewer = stranger.sign_in("viewer")

    assert viewer.get(path.format(id=mailing.id)).status_code == 403


def test_every_cookie_is_for_https_alone_where_that_is_spoken(make_hub: HubMaker, visiting: Visiting) -> None:
    person = visiting(make_hub(worker=False, dashboard={"url": "https://hub.example"}))
    link = person.hub.sessions.link(role="admin", name="Anna")
    begun = person.browser.post("/signin", data={"token": link.token})
    person.browser.headers["Cookie"] = begun.headers["set-cookie"].partition(";")[0]

    told = [
        begun,
        person.post("/language", {"language": "ru", "to": "/"}),
        person.post("/templates/new", {"name": "a", "text": "Hello"}, page="/templates/new"),
    ]

    cookies = [cookie for answer in told for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "notifyhub_session",
        "notifyhub_language",
        "notifyhub_said",
    }
    assert all("; Secure" in cookie for cookie in cookies)
    assert {answer.headers["cache-control"] for answer in told} == {"no-store"}
