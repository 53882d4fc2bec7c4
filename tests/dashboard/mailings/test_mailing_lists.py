"""The mailings as a list and as a board."""

from __future__ import annotations

from notifyhub import Hub
from tests.dashboard.mailings.walking import Browser
from tests.mailings.conftest import ended, fill

LATER = "2126-12-01T10:00:00Z"


def test_mailings_are_listed_with_their_progress(browser: Browser, hub: Hub) -> None:
    fill(hub, 2)
    ended(hub, hub.mailings.create("Winter sale", "Hello", ["telegram"]))

    page = browser.open("/mailings")

    assert "Winter sale" in page.words
    assert '<progress max="1" value="1.0"' in page.html


def test_the_list_is_narrowed_by_status(browser: Browser, hub: Hub) -> None:
    hub.mailings.create("Draft one", "Hello", ["telegram"], draft=True)
    hub.mailings.create("Later one", "Hello", ["telegram"], starts_at=LATER)

    page = browser.open("/mailings?status=scheduled")

    assert "Later one" in page.words
    assert "Draft one" not in page.words


def test_the_list_is_narrowed_by_words(browser: Browser, hub: Hub) -> None:
    hub.mailings.create("Winter sale", "Hello", ["telegram"], draft=True)
    hub.mailings.create("Spring sale", "Hello", ["telegram"], draft=True)

    page = browser.open("/mailings?search=wInter")

    assert "Winter sale" in page.words
    assert "Spring sale" not in page.words
    assert "/data/mailings?search=wInter&format=csv" in page.links
    assert "There is nothing that matches." in browser.open("/mailings?search=summer").words


def test_what_cannot_be_searched_is_told_beside_the_field(browser: Browser) -> None:
    page = browser.open(f"/mailings?search={'a' * 256}")

    assert page.faults["search"] == ["may have at most 255 characters, without NUL"]


def test_a_long_list_has_further_pages(browser: Browser, hub: Hub) -> None:
    for number in range(51):
        hub.mailings.create(f"Number {number} of many", "Hello", ["telegram"], draft=True)

    first = browser.open("/mailings")
    second = browser.open(next(link for link in first.links if "cursor=" in link and link.startswith("/mailings")))

    assert "Number 0 of many" not in first.words
    assert "Number 0 of many" in second.words


def test_the_board_has_a_column_for_each_stage(browser: Browser, hub: Hub) -> None:
    hub.mailings.create("Draft one", "Hello", ["telegram"], draft=True)
    cancelled = hub.mailings.create("Cancelled one", "Hello", ["telegram"], starts_at=LATER)
    hub.mailings.cancel(cancelled.id)

    page = browser.open("/mailings?view=board")

    waiting, _, _, ended_ = page.html.split('<section aria-labelledby="column-')[1:]
    assert "Draft one" in waiting
    assert "Cancelled one" in ended_


def test_an_empty_list_says_so(browser: Browser) -> None:
    assert "There are no mailings yet." in browser.open("/mailings").words
