"""/people: who is signed in, and links for others."""

from __future__ import annotations

import re
from html import unescape

from tests.dashboard.conftest import Person, Visiting

PROBE = '"><script>alert(1)</script>'


def test_a_link_made_here_signs_somebody_else_in(admin: Person, visiting: Visiting) -> None:
    page = admin.post("/people", {"name": "Boris", "role": "viewer"}, page="/people")
    found = re.search(r'<pre id="link-url">[^<]*token=([^<]+)</pre>', page.text)
    assert found is not None, page.text

    other = visiting(admin.hub)
    assert other.browser.post("/signin", data={"token": unescape(found[1])}).status_code == 303

    assert [(one.name, one.role) for one in admin.hub.sessions.list()] == [("Anna", "admin"), ("Boris", "viewer")]


def test_a_link_is_shown_once(admin: Person) -> None:
    admin.post("/people", {"name": "Boris", "role": "viewer"}, page="/people")

    assert "link-url" not in admin.get("/people").text


def test_what_is_wrong_with_a_link_stands_beside_its_field(admin: Person) -> None:
    page = admin.post("/people", {"name": " ", "role": "owner"}, page="/people")

    assert page.status_code == 422
    assert "must not be empty" in page.text
    assert "there is no &#39;owner&#39;" in page.text


def test_somebody_is_signed_out(admin: Person, visiting: Visiting) -> None:
    other = visiting(admin.hub).sign_in("operator", "Boris")
    boris = next(one for one in admin.hub.sessions.list() if one.name == "Boris")

    answer = admin.post(f"/people/{boris.id}/revoke", page="/people")

    assert admin.said(answer) == "Boris is signed out."
    assert other.get("/").status_code == 303


def test_names_and_browsers_are_shown_as_text(admin: Person, visiting: Visiting) -> None:
    person = visiting(admin.hub)
    person.browser.headers["User-Agent"] = PROBE
    person.sign_in("viewer", PROBE)

    page = admin.get("/people").text

    assert PROBE not in page
    assert page.count("&lt;script&gt;") == 2
