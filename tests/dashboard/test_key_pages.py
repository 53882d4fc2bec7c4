"""/keys in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.conftest import HubMaker
from tests.dashboard.setup_pages import PROBES, Browser, browsing, is_harmless, words

KEY = re.compile(r"nh_[A-Za-z0-9_-]{43}")


@pytest.fixture
def browser(make_hub: HubMaker, database_url: str) -> Iterator[Browser]:
    with browsing(make_hub(worker=False, auth="none", database_url=database_url)) as browser:
        yield browser


def test_a_key_that_was_created_is_shown_once(browser: Browser) -> None:
    page = browser.post(
        "/keys/new", "/keys/new", name="shop", scopes=["send", "read"], expires_at="2126-01-01T10:00", rate_limit="600"
    )

    assert KEY.search(page.text)
    key = next(key for key in browser.hub.keys.list() if key.name == "shop")
    assert (key.scopes, key.rate_limit) == (["send", "read"], 600)
    listed = browser.get("/keys")
    assert "shop" in words(listed)
    assert not KEY.search(listed.text)


def test_a_key_without_scopes_is_told_of_beside_them_and_keeps_its_name(browser: Browser) -> None:
    page = browser.post("/keys/new", "/keys/new", name="shop", rate_limit="many")

    assert page.status_code == 422
    assert "scopes-faults" in page.text
    assert "rate_limit-faults" in page.text
    assert 'value="shop"' in page.text


def test_the_time_zone_of_the_browser_is_that_of_what_is_typed(browser: Browser) -> None:
    browser.post("/keys/new", "/keys/new", name="shop", scopes="read", expires_at="2126-01-01T10:00", zone="Asia/Tokyo")

    key = next(key for key in browser.hub.keys.list() if key.name == "shop")
    assert key.expires_at is not None
    assert key.expires_at.isoformat() == "2126-01-01T01:00:00+00:00"


def test_a_key_is_revoked_after_a_page_that_asks(browser: Browser) -> None:
    key = browser.hub.keys.create("shop")
    path = f"/keys/{key.id}/revoke"
    assert "Revoke the key shop?" in words(browser.get(path))

    page = browser.post(path, path)

    assert "The key shop is revoked." in words(page)
    assert browser.hub.keys.get(key.id).revoked_at is not None


@pytest.mark.parametrize("probe", PROBES)
def test_names_are_shown_as_texts(browser: Browser, probe: str) -> None:
    key = browser.hub.keys.create(probe)

    assert all(is_harmless(browser.get(path)) for path in ("/keys", f"/keys/{key.id}/revoke"))
