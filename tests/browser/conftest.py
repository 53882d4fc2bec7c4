"""A browser, and the emulator's inbox in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from notifyhub.emulator.testing import LocalEmulator
from tests.browser.browsers import chromium
from tests.browser.story import Sender
from tests.emulator.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: as long as playwright runs, it has an event loop in this thread, and no other test may have one."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[LocalEmulator]:
    with LocalEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: LocalEmulator) -> LocalEmulator:
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def sender(emulator: LocalEmulator) -> Sender:
    return Sender(emulator)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def page(browser: Browser, emulator: LocalEmulator) -> Iterator[Page]:
    """The inbox, open and live. What it complains about in its console fails the test."""
    context = browser.new_context(viewport={"width": 1100, "height": 760})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.extend([message.text] if _is_ours(message) else []))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(emulator.url + "/")
    page.locator("#link.live").wait_for()
    yield page
    context.close()
    assert complaints == []


def _is_ours(message: ConsoleMessage) -> bool:
    # A refusal of the emulator is an answer to the page, but an error to the browser.
    if "responded with a status of" in message.text:
        return False
    # What a mail tries in vain is no complaint about the page.
    return message.type == "error" and not message.location["url"].endswith("/html")
