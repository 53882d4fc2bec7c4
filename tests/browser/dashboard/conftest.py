"""`notifyhub serve` with its emulator, and somebody who is signed in to its dashboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.processes import Service

LINK = re.compile(r"http://\S+/signin\?token=\S+")
WITHIN_MS = 60_000
"""How long a page may take to show something: other tests run at the same time."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("dashboard")) as service:
        yield service


def signed_in(browser: Browser, service: Service) -> list[dict[str, str]]:
    """The cookies of somebody who has used the link that `serve` prints."""
    link = service.wait_for_line(LINK).group(0)
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for(timeout=WITHIN_MS)
    kept: list[dict[str, str]] = context.cookies()  # type: ignore[assignment]
    context.close()
    return kept


@pytest.fixture(scope="module")
def cookies(browser: Browser, service: Service) -> list[dict[str, str]]:
    return signed_in(browser, service)


class Desk:
    """A browser of somebody who is signed in. What its console complains of fails the test."""

    def __init__(self, browser: Browser, url: str, cookies: list[dict[str, str]], **options: object) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self.context.set_default_timeout(WITHIN_MS)
        self.context.add_cookies(cookies)  # type: ignore[arg-type]
        self.complaints: list[str] = []
        self.page: Page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        return page

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        # What the service refuses is an answer to the page, but an error to the browser.
        if message.type == "error" and "responded with a status of" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def desk(browser: Browser, service: Service, cookies: list[dict[str, str]]) -> Iterator[Desk]:
    desk = Desk(browser, service.url, cookies, viewport={"width": 1200, "height": 800}, locale="en-GB")
    yield desk
    desk.context.close()
    assert desk.complaints == []
