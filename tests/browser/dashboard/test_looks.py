"""Every page, in both languages, light and dark, on a phone; and what axe says of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.dashboard.conftest import Desk
from tests.processes import Service

PATHS = (
    "/",
    "/messages",
    "/messages?show=deliveries",
    "/messages/new",
    "/mailings",
    "/mailings?view=board",
    "/mailings/new",
    "/clients",
    "/clients/new",
    "/clients/import",
    "/erasures",
    "/templates",
    "/templates/new",
    "/channels",
    "/channels/telegram",
    "/webhooks",
    "/webhooks/new",
    "/keys",
    "/keys/new",
    "/audit",
    "/people",
)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(params=["light", "dark"])
def seen(
    request: pytest.FixtureRequest, browser: Browser, service: Service, cookies: list[dict[str, str]]
) -> Iterator[Desk]:
    """With a message to look at."""
    service.ask("/api/v1/messages", {"text": f"Hello {request.node.name}", "recipients": [{"telegram": "1067000"}]})
    desk = Desk(browser, service.url, cookies, color_scheme=request.param, locale="en-GB")
    yield desk
    desk.context.close()
    assert desk.complaints == []


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_no_violation(seen: Desk, path: str) -> None:
    page = seen.open(path)
    page.get_by_role("heading", level=1).wait_for()

    found = Axe().run(page)

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_scrolls_no_page_sideways(
    browser: Browser, service: Service, cookies: list[dict[str, str]], path: str
) -> None:
    desk = Desk(browser, service.url, cookies, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)

    page = desk.open(path)
    page.get_by_role("heading", level=1).wait_for()

    assert page.evaluate(TOO_WIDE) <= 0
    desk.context.close()
    assert desk.complaints == []


def test_the_menu_of_a_phone_unfolds(browser: Browser, service: Service, cookies: list[dict[str, str]]) -> None:
    desk = Desk(browser, service.url, cookies, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = desk.open("/")
    link = page.get_by_role("navigation").get_by_role("link", name="Messages")
    assert not link.is_visible()

    page.get_by_text("Menu", exact=True).tap()
    link.tap()

    page.get_by_role("heading", name="Messages").wait_for()
    desk.context.close()


def test_a_page_is_dark_for_those_who_want_that(
    browser: Browser, service: Service, cookies: list[dict[str, str]]
) -> None:
    brightness = []
    for scheme in ("light", "dark"):
        desk = Desk(browser, service.url, cookies, color_scheme=scheme)
        colour = desk.open("/").evaluate("getComputedStyle(document.documentElement).backgroundColor")
        brightness.append(sum(int(part) for part in colour.strip("rgb()").split(",")))
        desk.context.close()

    assert brightness[0] > 600 > 150 > brightness[1]


def test_a_browser_that_prefers_russian_gets_it(
    browser: Browser, service: Service, cookies: list[dict[str, str]]
) -> None:
    desk = Desk(browser, service.url, cookies, locale="ru-RU")

    page = desk.open("/")

    page.get_by_role("heading", name="Обзор").wait_for()
    assert page.locator("html").get_attribute("lang") == "ru"
    desk.context.close()


def test_the_language_can_be_chosen_and_is_kept(desk: Desk) -> None:
    page = desk.open("/messages")

    page.get_by_role("button", name="Русский").click()
    page.get_by_role("heading", name="Сообщения").wait_for()
    page.goto(desk.url + "/")

    page.get_by_role("heading", name="Обзор").wait_for()
