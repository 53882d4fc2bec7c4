"""/audit in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import HubMaker
from tests.dashboard.setup_pages import PROBES, Browser, browsing, is_harmless, words


@pytest.fixture
def browser(make_hub: HubMaker, database_url: str) -> Iterator[Browser]:
    with browsing(make_hub(worker=False, auth="none", database_url=database_url)) as browser:
        yield browser


def test_what_was_done_here_is_in_the_audit_and_leads_to_what_it_was_done_to(browser: Browser) -> None:
    browser.post("/templates/new", "/templates/new", name="code", text="Your code is {{ code }}")

    page = browser.get("/audit")

    assert "in the dashboard template.changed" in words(page)
    assert 'href="/templates/code"' in page.text


def test_the_audit_is_filtered_by_action(browser: Browser) -> None:
    browser.hub.templates.set("code", "Hello")
    browser.hub.keys.create("shop")

    found = browser.get("/audit", action="key.created").text.partition("<tbody>")[2]

    assert "key.created" in found
    assert "template.changed" not in found


def test_the_audit_is_filtered_by_what_it_is_about(browser: Browser) -> None:
    browser.hub.templates.set("code", "Hello")
    browser.hub.templates.set("other", "Hello")

    found = browser.get("/audit", about="template:code").text.partition("<tbody>")[2]

    assert "/templates/code" in found
    assert "/templates/other" not in found


def test_a_filter_that_is_wrong_is_told_of_beside_it(browser: Browser) -> None:
    page = browser.get("/audit", about="pigeon")

    assert page.status_code == 422
    assert "must be a kind" in page.text.partition('id="about-faults"')[2]


def test_a_filter_by_time_is_in_the_time_zone_of_the_browser(browser: Browser) -> None:
    browser.hub.templates.set("code", "Hello")

    page = browser.get("/audit", created_from="2126-01-01T10:00", zone="Asia/Tokyo")

    assert "There is nothing that matches." in words(page)


def test_the_table_is_there_as_csv_with_the_same_filters(browser: Browser) -> None:
    page = browser.get("/audit", who="ann")

    assert 'href="/data/audit?who=ann&amp;format=csv"' in page.text


@pytest.mark.parametrize("probe", PROBES)
def test_names_are_shown_as_texts(browser: Browser, probe: str) -> None:
    browser.hub.keys.create(probe)

    assert is_harmless(browser.get("/audit"))
    assert is_harmless(browser.get("/audit", who=probe, about=probe))
