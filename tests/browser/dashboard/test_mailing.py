"""A mailing from the first click to the last: created, paused, resumed, finished, and its failures tried again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.dashboard.conftest import WITHIN_MS, Desk
from tests.processes import Service

expect.set_options(timeout=WITHIN_MS)


def people(service: Service, first: int, count: int, tag: str) -> None:
    """Clients with a tag, on Telegram."""
    for number in range(first, first + count):
        service.ask(
            "/api/v1/clients",
            {"phone": f"7903{number:07}", "tags": [tag], "addresses": {"telegram": str(2_000_000 + number)}},
        )


def create(page: Page, name: str, tag: str, rate: str = "") -> None:
    """The four steps, by mouse."""
    page.get_by_role("link", name="Mailings").click()
    page.get_by_role("link", name="New mailing").click()
    page.get_by_label("Name", exact=False).first.fill(name)
    page.get_by_label("Message text").fill(f"Hello from {name}")
    page.get_by_label("Channel 1").select_option("telegram")
    page.get_by_role("button", name="Next: Audience").click()
    page.get_by_label("Values").first.fill(tag)
    expect(page.locator("#count")).to_contain_text("client")
    page.get_by_role("button", name="Next: When").click()
    if rate:
        page.locator("#rate").fill(rate)
    page.get_by_role("button", name="Next: Check").click()


def test_a_mailing_is_created_paused_resumed_and_finishes_by_itself(desk: Desk, service: Service) -> None:
    people(service, 0, 30, "walk")
    page = desk.open("/")

    # So slow that it is still running when somebody pauses it, however busy the machine is.
    create(page, "Walk", "walk", rate="1/h")
    page.get_by_role("button", name="Start now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("running")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("paused")
    page.locator("#rate").fill("100/s")
    page.get_by_role("button", name="Change the rate").click()
    expect(page.locator("#live .facts")).to_contain_text("100/s")
    page.get_by_role("button", name="Resume").click()

    # Nobody loads the page again.
    expect(page.get_by_role("heading", level=1)).to_contain_text("finished")
    expect(page.locator(".tile.sent .value")).to_have_text("30")


def test_what_failed_of_a_mailing_is_tried_again(desk: Desk, service: Service) -> None:
    people(service, 100, 5, "again")
    service.ask("/emulator/faults", {"channels": {"telegram": {"failure_rate": 1, "failure": "400"}}}, "PUT")
    page = desk.open("/")

    create(page, "Again", "again")
    page.get_by_role("button", name="Start now").click()
    expect(page.locator(".tile.failed .value")).to_have_text("5")
    service.ask("/emulator/faults", {"channels": {}}, "PUT")
    page.get_by_role("link", name="Retry failed").click()
    expect(page.locator("main")).to_contain_text("5 deliveries have failed")
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".tile.sent .value")).to_have_text("5")
    expect(page.get_by_role("heading", level=1)).to_contain_text("finished")


def test_a_running_mailing_is_throttled_and_cancelled(desk: Desk, service: Service) -> None:
    people(service, 200, 20, "slow")
    page = desk.open("/")

    create(page, "Slow", "slow", rate="2/h")
    page.get_by_role("button", name="Start now").click()
    page.locator("#rate").fill("1/h")
    page.get_by_role("button", name="Change the rate").click()
    expect(page.locator("#live .facts")).to_contain_text("1/h")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("main")).to_contain_text("waiting and will not be sent")
    page.get_by_role("button", name="Cancel the mailing").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("cancelled")
