"""Deliveries are ticked in their list and something is done to them; what is open or ticked stays so meanwhile."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.dashboard.conftest import WITHIN_MS, Desk
from tests.processes import Service

LATER = "2126-12-01T10:00:00Z"

expect.set_options(timeout=WITHIN_MS)


def waiting(service: Service, reference: str, *addresses: str) -> Any:
    """A message that waits."""
    body = {
        "text": f"Hello {reference}",
        "recipients": [{"telegram": address} for address in addresses],
        "send_at": LATER,
        "reference": reference,
    }
    return service.ask("/api/v1/messages", body)


def test_those_that_are_ticked_are_cancelled_after_their_count(desk: Desk, service: Service) -> None:
    waiting(service, "ticked", "1", "2", "3")
    page = desk.open("/messages?show=deliveries&reference=ticked")

    page.get_by_label("Select all on this page").check()
    expect(page.locator("form.selecting [role=status]")).to_have_text("selected: 3")
    page.locator('tbody input[name="id"]').first.uncheck()
    expect(page.locator("form.selecting [role=status]")).to_have_text("selected: 2")
    page.get_by_role("button", name="Cancel…").click()
    expect(page.locator("main")).to_contain_text("2 deliveries are selected. 2 are waiting and will not be sent.")
    page.get_by_role("button", name="Cancel them").click()

    expect(page.locator(".said")).to_have_text("Cancelled: 2. Left alone: 0.")
    found = service.ask("/api/v1/deliveries?reference=ticked")["items"]
    assert [one["status"] for one in found] == ["scheduled", "cancelled", "cancelled"]


def test_all_that_match_get_another_time(desk: Desk, service: Service) -> None:
    waiting(service, "another", "1", "2")
    page = desk.open("/messages?show=deliveries&reference=another")

    page.get_by_label("all that match the filters").check()
    page.get_by_role("button", name="Reschedule…").click()
    expect(page.locator("main")).to_contain_text("2 are waiting and get the new time.")
    page.get_by_label("New time").fill("2126-12-24T18:00")
    page.get_by_role("button", name="Reschedule them").click()

    expect(page.locator(".said")).to_have_text("Rescheduled: 2. Left alone: 0.")
    found = service.ask("/api/v1/deliveries?reference=another")["items"]
    assert {one["due_at"][:10] for one in found} == {"2126-12-24"}


def test_a_list_does_not_move_while_rows_are_ticked(desk: Desk, service: Service) -> None:
    waiting(service, "still", "1")
    page = desk.open("/messages?show=deliveries&reference=still")
    box = page.locator('tbody input[name="id"]')
    box.check()
    other = desk.new_page()
    other.goto(desk.url + "/messages?show=deliveries&reference=still")

    waiting(service, "still", "2")
    # By itself: so this page has heard of it too.
    expect(other.locator("tbody tr")).to_have_count(2)
    assert page.locator("tbody tr").count() == 1
    expect(box).to_be_checked()

    box.uncheck()
    waiting(service, "still", "3")
    expect(page.locator("tbody tr")).to_have_count(3)


def test_what_was_opened_stays_open_when_the_page_changes_by_itself(desk: Desk, service: Service) -> None:
    (delivery,) = waiting(service, "open", "1")["deliveries"]
    page = desk.open(f"/deliveries/{delivery['id']}")
    page.get_by_text("The call to the messenger with the current settings").click()
    expect(page.locator("details.call pre")).to_be_visible()

    service.ask("/api/v1/deliveries/cancel", {"ids": [delivery["id"]]})

    expect(page.get_by_role("heading", level=1)).to_contain_text("cancelled")
    expect(page.locator("details.call pre")).to_be_visible()


def test_the_phones_of_the_emulator_lead_back_to_the_dashboard(desk: Desk) -> None:
    page = desk.open("/")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Emulator").click()
    page.get_by_role("link", name="Dashboard").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_a_filter_of_times_stays_what_was_typed_in_the_zone_of_the_browser(
    browser: Browser, service: Service, cookies: list[dict[str, str]]
) -> None:
    waiting(service, "zoned", "1")
    desk = Desk(browser, service.url, cookies, locale="en-GB", timezone_id="Asia/Vladivostok")
    page = desk.open("/messages?show=deliveries&reference=zoned")

    page.get_by_label("Accepted before").fill("2126-12-01T10:00")
    for _ in range(2):
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_label("Accepted before")).to_have_value("2126-12-01T10:00")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("all that match the filters").check()
    page.get_by_role("button", name="Cancel…").click()

    expect(page.locator('input[name="created_to"]')).to_have_value("2126-12-01T10:00:00+10:00")
    desk.context.close()
    assert desk.complaints == []
