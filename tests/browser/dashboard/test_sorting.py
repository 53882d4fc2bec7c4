"""A list that is whole on its page is sorted by a click on the head of a column, and stays so while it is renewed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard.conftest import WITHIN_MS, Desk
from tests.processes import Service

expect.set_options(timeout=WITHIN_MS)
PATH = "/messages?show=deliveries&reference=sorting"


@pytest.fixture(scope="module")
def ids(service: Service) -> list[str]:
    """Twelve deliveries, 1 to 12 by their address, the later ones due earlier."""
    people = [{"telegram": f"{number}"} for number in range(9_000_001, 9_000_013)]
    body = {"text": "Sort me", "recipients": people, "reference": "sorting", "send_at": "2126-12-01T10:00:00Z"}
    sent = service.ask("/api/v1/messages", body)
    found = [str(delivery["id"]) for delivery in sent["deliveries"]]
    for number, id_ in enumerate(found):
        moved = {"action": "reschedule", "ids": [int(id_)], "send_at": f"2127-01-{20 - number:02}T10:00:00Z"}
        service.ask("/api/v1/deliveries/bulk", moved)
    return found


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"tbody tr td:nth-child({number})").all_inner_texts()


def test_a_click_sorts_and_another_one_turns_it_round(desk: Desk, ids: list[str]) -> None:
    page = desk.open(PATH)
    head = page.get_by_role("columnheader", name="Address")

    head.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    rising = column(page, 4)
    head.click()

    assert rising == sorted(rising)
    assert column(page, 4) == sorted(rising, reverse=True)


def test_moments_are_sorted_by_time_and_by_keyboard(desk: Desk, ids: list[str]) -> None:
    page = desk.open(PATH)

    page.get_by_role("columnheader", name="Due or sent").press("Enter")

    assert column(page, 2) == ids[::-1]


def test_what_is_sorted_stays_sorted_when_the_page_is_renewed(desk: Desk, service: Service, ids: list[str]) -> None:
    page = desk.open(PATH)
    page.get_by_role("columnheader", name="Address").click()
    before = column(page, 4)

    service.ask("/api/v1/deliveries/cancel", {"ids": [int(ids[5])]})
    expect(page.locator("tbody")).to_contain_text("cancelled")

    assert column(page, 4) == before == sorted(before)


def test_a_list_of_several_pages_is_not_sorted_by_half(desk: Desk, service: Service) -> None:
    people = [{"telegram": f"{number}"} for number in range(9_100_001, 9_100_060)]
    body = {"text": "Many", "recipients": people, "reference": "pages", "send_at": "2126-12-01T10:00:00Z"}
    service.ask("/api/v1/messages", body)

    page = desk.open("/messages?show=deliveries&reference=pages")

    expect(page.get_by_role("link", name="Next page")).to_be_visible()
    assert page.locator("th[tabindex]").count() == 0
