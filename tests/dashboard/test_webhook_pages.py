"""/webhooks in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import HubMaker
from tests.dashboard.setup_pages import PROBES, Browser, browsing, is_harmless, words
from tests.emulator.receiver import Receiver, receiving
from tests.webhooks.conftest import HERE, eventually, sent


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def browser(make_hub: HubMaker, database_url: str) -> Iterator[Browser]:
    """A service that delivers nothing."""
    with browsing(make_hub(worker=False, auth="none", webhook=HERE, database_url=database_url)) as browser:
        yield browser


@pytest.fixture
def posting(make_hub: HubMaker, database_url: str) -> Iterator[Browser]:
    """A service that posts."""
    with browsing(make_hub(auth="none", webhook=HERE, database_url=database_url)) as browser:
        yield browser


def created(browser: Browser, url: str = "http://127.0.0.1:9/hooks", **members: object) -> str:
    """The path of the page of a new webhook."""
    return f"/webhooks/{browser.hub.webhooks.create(url, **members).id}"  # type: ignore[arg-type]


def test_the_secret_of_a_new_webhook_is_shown_once(browser: Browser) -> None:
    page = browser.post(
        "/webhooks/new", "/webhooks/new", url="http://127.0.0.1:9/hooks", events=["delivery.*"], channels=["telegram"]
    )

    assert "whsec_" in words(page)
    found = browser.hub.webhooks.list()[0]
    assert (found.events, found.channels) == (["delivery.*"], ["telegram"])
    assert "whsec_" not in browser.get(f"/webhooks/{found.id}").text


def test_a_webhook_of_a_wrong_url_keeps_what_was_typed(browser: Browser) -> None:
    page = browser.post("/webhooks/new", "/webhooks/new", url="ftp://x", events=["person.*"], description="A note")

    assert page.status_code == 422
    assert "url-faults" in page.text
    assert 'value="A note"' in page.text
    assert 'value="person.*" checked' in page.text


def test_a_webhook_is_changed(browser: Browser) -> None:
    path = created(browser, channels=["telegram"], description="Old")
    assert 'value="Old"' in browser.get(f"{path}/change").text

    page = browser.post(f"{path}/change", f"{path}/change", url="http://127.0.0.1:9/hooks", events=["mailing.started"])

    assert page.url.path == path
    found = browser.hub.webhooks.list()[0]
    assert (found.events, found.channels, found.description) == (["mailing.started"], None, None)


def test_a_webhook_is_disabled_and_enabled(browser: Browser) -> None:
    path = created(browser)

    assert "disabled" in words(browser.post(f"{path}/switch", path, enabled="no"))
    assert not browser.hub.webhooks.list()[0].enabled
    browser.post(f"{path}/switch", path, enabled="yes")
    assert browser.hub.webhooks.list()[0].enabled


def test_a_new_secret_is_made_after_a_page_that_says_what_that_means(browser: Browser) -> None:
    path = created(browser)
    assert "For a day posts have two signatures" in words(browser.get(f"{path}/rotate"))

    page = browser.post(f"{path}/rotate", f"{path}/rotate")

    assert "whsec_" in words(page)
    assert "Former secret signs until" in words(browser.get(path))


def test_a_webhook_is_deleted_after_a_page_that_asks(browser: Browser) -> None:
    path = created(browser)
    assert "Delete this webhook?" in words(browser.get(f"{path}/delete"))

    page = browser.post(f"{path}/delete", f"{path}/delete")

    assert "Events are posted nowhere yet." in words(page)
    assert browser.get(path).status_code == 404


def test_a_test_is_posted_and_its_answer_is_shown(posting: Browser, receiver: Receiver) -> None:
    path = created(posting, receiver.url)

    posting.post(f"{path}/test", path)

    eventually(lambda: "webhook.tested delivered" in words(posting.get(path)).replace("posted", "delivered"))
    assert "200" in words(posting.get(path))


def test_events_of_a_time_are_posted_once_more(posting: Browser, receiver: Receiver) -> None:
    path = created(posting, receiver.url, events=["delivery.sent"])
    sent(posting.hub)
    eventually(lambda: "posted" in words(posting.get(path, state="posted")).partition("Again")[2])
    since = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")

    page = posting.post(f"{path}/replay", f"{path}/replay", since=since)

    assert "Posted once more: 1." in words(page)


def test_a_time_range_that_is_wrong_is_told_of_beside_it(browser: Browser) -> None:
    path = created(browser)

    page = browser.post(f"{path}/replay", f"{path}/replay", since="2126-01-01T10:00")

    assert page.status_code == 422
    assert "must be before until, and in the past" in page.text.partition('id="since-faults"')[2]
    assert 'value="2126-01-01T10:00"' in page.text


def test_one_event_is_posted_again(posting: Browser, receiver: Receiver) -> None:
    path = created(posting, receiver.url)
    posting.post(f"{path}/test", path)
    eventually(lambda: bool(posting.get(path).text.partition('name="event_id" value="')[2]))
    event = posting.get(path).text.partition('name="event_id" value="')[2].partition('"')[0]

    page = posting.post(f"{path}/replay", path, event_id=event)

    assert "Posted once more: 1." in words(page)


def test_what_failed_is_shown_with_its_error_and_tried_again_at_once(posting: Browser) -> None:
    path = created(posting)
    posting.post(f"{path}/test", path)
    eventually(lambda: '<ol class="tries">' in posting.get(path, state="waiting").text)

    page = posting.post(f"{path}/retry", path)

    assert "Tried again at once: 1." in words(page)


@pytest.mark.parametrize("probe", PROBES)
def test_notes_are_shown_as_texts(browser: Browser, probe: str) -> None:
    path = created(browser, description=probe)

    pages = [browser.get("/webhooks"), browser.get(path), browser.get(f"{path}/change")]

    assert all(is_harmless(page) for page in pages)
