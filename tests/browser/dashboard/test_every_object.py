"""The pages of every object, and of what is done to one, where all texts are scripts; and what axe says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.dashboard import hostile
from tests.browser.dashboard.conftest import Desk
from tests.browser.dashboard.test_looks import TOO_WIDE
from tests.emulator.receiver import receiving
from tests.processes import Service

Opening = Callable[..., Page]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One that posts to this machine, which is where the receiver of its webhooks is."""
    with Service(
        tmp_path_factory.mktemp("hostile"), webhook_allow_http="true", webhook_private_addresses="127.0.0.1/32"
    ) as service:
        yield service


@pytest.fixture(scope="module")
def ids(service: Service) -> Iterator[dict[str, str]]:
    with receiving() as receiver:
        yield hostile.fill(service, receiver)
        assert receiver.next().method == "POST"


@pytest.fixture
def opening(
    browser: Browser, service: Service, cookies: list[dict[str, str]], ids: dict[str, str]
) -> Iterator[Opening]:
    """Opens a page, in a browser with these options; a dialog, or a complaint of its console, fails the test."""
    desks: list[Desk] = []

    def open_(name: str, **options: object) -> Page:
        desks.append(Desk(browser, service.url, cookies, locale="en-GB", **options))
        page = desks[-1].open(hostile.PAGES[name].format(**ids))
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield open_
    for desk in desks:
        desk.context.close()
        assert desk.complaints == []


@pytest.mark.parametrize("name", hostile.PAGES)
def test_axe_finds_no_violation_on_the_page_of_anything(opening: Opening, name: str) -> None:
    page = opening(name, reduced_motion="reduce")

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("name", hostile.PAGES)
def test_what_texts_say_is_text_on_the_page_of_anything(opening: Opening, name: str) -> None:
    page = opening(name)

    assert page.locator("img").count() == 0
    assert page.locator("script:not([src])").count() == 0
    assert str(7777 * 7777) not in page.content()
    assert ("onerror=alert" in page.content()) is (name not in hostile.SILENT)


@pytest.mark.parametrize("name", hostile.PAGES)
def test_a_phone_scrolls_the_page_of_nothing_sideways(opening: Opening, name: str) -> None:
    page = opening(name, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)

    assert page.evaluate(TOO_WIDE) <= 0
