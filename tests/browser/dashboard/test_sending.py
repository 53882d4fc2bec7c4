"""Sending a message, and watching it arrive."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.dashboard.conftest import WITHIN_MS, Desk
from tests.processes import Service

PROBE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'

expect.set_options(timeout=WITHIN_MS)


def fill(page: Page, text: str, *addresses: str) -> None:
    page.get_by_label("Message text").fill(text)
    page.get_by_label("telegram").fill("\n".join(addresses))


def test_a_message_is_sent_and_arrives_in_the_inbox_by_itself(desk: Desk) -> None:
    inbox = desk.new_page()
    inbox.goto(desk.url + "/emulator/")
    page = desk.open("/")

    page.get_by_role("link", name="Send a message").click()
    fill(page, "The first one", "1067001")
    page.get_by_role("button", name="Send").click()

    # Nobody loads either page again.
    expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
    inbox.get_by_text("The first one").first.wait_for()


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    page = desk.open("/messages/new")

    fill(page, "Hello", "1067000", "no address")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("[id='to.telegram-faults']")).to_contain_text("telegram wants a whole number")
    assert page.get_by_label("telegram").input_value() == "1067000\nno address"
    assert page.get_by_label("Message text").input_value() == "Hello"


def test_the_preview_is_the_same_as_commands(desk: Desk) -> None:
    page = desk.open("/messages/new")

    fill(page, "It's for you", "1067000")
    page.get_by_role("button", name="Preview").click()

    expect(page.locator("#curl")).to_contain_text("/api/v1/messages")
    expect(page.locator("#python")).to_contain_text("hub.send(")
    assert "1067000" in page.locator("#python").inner_text()


def test_a_text_of_scripts_is_shown_as_text_everywhere(desk: Desk, service: Service) -> None:
    message = service.ask("/api/v1/messages", {"text": PROBE, "recipients": [{"telegram": "1067002"}]})

    for path in ("/messages", f"/messages/{message['id']}", f"/deliveries/{message['deliveries'][0]['id']}"):
        page = desk.open(path)
        page.get_by_text(PROBE).first.wait_for()
        assert page.locator("img").count() == 0


def test_everything_is_done_by_keyboard(desk: Desk) -> None:
    page = desk.open("/messages/new")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("1067003")
    page.get_by_role("button", name="Send").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Message")
