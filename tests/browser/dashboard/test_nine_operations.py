"""The nine operations of the mailing task (its section C.2), with nothing but links, buttons and fields."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.dashboard.conftest import WITHIN_MS, Desk

expect.set_options(timeout=WITHIN_MS)


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def test_the_nine_operations_are_done_by_mouse(desk: Desk) -> None:
    page = desk.open("/")

    # 1. Add a client to the directory, with all attributes.
    menu(page, "Clients")
    page.get_by_role("link", name="Add a client").click()
    page.get_by_label("Phone").fill("+7 (905) 111-22-33")
    page.get_by_label("Operator code").fill("905")
    page.get_by_label("Time zone").fill("Europe/Moscow")
    page.get_by_label("telegram").first.fill("1067")
    page.get_by_label("Tags").fill("nine")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Client 79051112233")

    # 2. Change a client's attributes.
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Attributes").fill("city = Tver")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Tver")

    # 4. Add a mailing, with all attributes.
    menu(page, "Mailings")
    page.get_by_role("link", name="New mailing").click()
    page.get_by_label("Name", exact=False).first.fill("Nine")
    page.get_by_label("Message text").fill("Hello from the nine operations")
    page.get_by_label("Channel 1").select_option("telegram")
    page.get_by_role("button", name="Next: Audience").click()
    page.get_by_label("Values").first.fill("nine")
    expect(page.locator("#count")).to_contain_text("1 client")
    page.get_by_role("button", name="Next: When").click()
    page.get_by_role("button", name="Next: Check").click()
    page.get_by_role("button", name="Save", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("draft")

    # 7. Change a mailing's attributes.
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Message text").fill("Hello again from the nine operations")
    for step in ("Audience", "When", "Check"):
        page.get_by_role("button", name=f"Next: {step}").click()
    page.get_by_role("button", name="Save", exact=False).first.click()
    expect(page.locator(".message-text")).to_have_text("Hello again from the nine operations")

    # 9. Process the active mailings and send the messages to the clients.
    page.get_by_role("link", name="Start").click()
    expect(page.locator("main")).to_contain_text("1 client: tag nine.")
    page.get_by_role("button", name="Start the mailing").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("finished")

    # 6. Detailed statistics of the messages of one mailing.
    expect(page.locator(".tile.sent .value")).to_have_text("1")
    page.locator(".tile.sent").get_by_role("link").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("1067")

    # 5. Overall statistics: the mailings created and the number of their messages, grouped by status.
    menu(page, "Mailings")
    expect(page.locator(".tile.finished .value")).to_have_text("1")
    menu(page, "Overview")
    expect(page.locator(".tile.sent .value")).to_have_text("1")

    # 8. Delete a mailing.
    menu(page, "Mailings")
    page.get_by_role("link", name="Nine").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete the mailing").click()
    expect(page.locator("main")).to_contain_text("There are no mailings yet.")

    # 3. Delete a client from the directory.
    menu(page, "Clients")
    page.get_by_role("link", name="79051112233").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).not_to_contain_text("79051112233")
