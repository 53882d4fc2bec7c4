"""The inbox as a person sees and uses it, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from notifyhub.emulator.testing import LocalEmulator
from tests.browser.story import EMAIL, GATEWAY, TELEGRAM, VIBER, WHATSAPP, Sender
from tests.emulator.receiver import Receiver

EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
CHANNELS = {"telegram": TELEGRAM, "viber": VIBER, "whatsapp": WHATSAPP, "gateway": GATEWAY, "email": EMAIL}


def phone_of(page: Page, channel: str) -> None:
    page.locator(f".person.{channel}").click()


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_what_arrives_shows_at_once_on_the_recipients_phone(page: Page, sender: Sender, channel: str) -> None:
    getattr(sender, channel)("Hello there")
    phone_of(page, channel)

    expect(page.locator("#phone-address")).to_have_text(CHANNELS[channel])
    expect(page.locator("#chat .bubble .text")).to_have_text("Hello there")


def test_what_arrives_while_the_phone_is_open_is_added(page: Page, sender: Sender) -> None:
    sender.telegram("first")
    phone_of(page, "telegram")
    sender.telegram("second")

    expect(page.locator("#chat .bubble .text")).to_have_text(["first", "second"])


def test_what_was_there_before_the_page_is_shown_too(page: Page, sender: Sender) -> None:
    sender.telegram("before")
    page.reload()
    phone_of(page, "telegram")

    expect(page.locator("#chat .bubble .text")).to_have_text("before")


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_what_strangers_send_stays_text(page: Page, sender: Sender, channel: str) -> None:
    getattr(sender, channel)(EVIL)
    phone_of(page, channel)
    page.locator("#chat .bubble").click()

    expect(page.locator("#chat .bubble .text")).to_have_text(EVIL)
    expect(page.locator("#raw-request")).to_contain_text("onerror")
    assert page.locator("img").count() == 0
    assert page.title() == "Inbox · notifyhub emulator"


@pytest.mark.parametrize("channel", ["viber", "whatsapp"])
def test_ticks_tell_what_the_sender_was_told(page: Page, sender: Sender, receiver: Receiver, channel: str) -> None:
    sender.subscribe(receiver)
    getattr(sender, channel)("Hello")
    phone_of(page, channel)

    expect(page.locator(".ticks")).to_have_attribute("aria-label", "read")


def test_without_receipts_there_is_one_tick(page: Page, sender: Sender) -> None:
    sender.telegram("Hello")
    phone_of(page, "telegram")

    expect(page.locator(".ticks")).to_have_attribute("aria-label", "accepted")


def test_a_refused_send_is_told_apart(page: Page, sender: Sender) -> None:
    sender.telegram("Hello", to="4000000000001")
    phone_of(page, "telegram")

    expect(page.locator("#chat .refused strong")).to_have_text("refused: 403 · fault: blocked")


def test_the_same_text_again_is_marked(page: Page, sender: Sender) -> None:
    for _ in range(2):
        sender.telegram("Hello")
    phone_of(page, "telegram")

    expect(page.locator("#chat .mark")).to_have_text("the same text again")


def test_a_mail_shows_its_subject_and_nobody_writes_back(page: Page, sender: Sender) -> None:
    sender.email("Until Sunday", subject="Half price")
    page.get_by_label("Search text and recipients").fill("half")
    phone_of(page, "email")

    expect(page.locator("#chat .bubble .subject")).to_have_text("Half price")
    expect(page.locator("#chat .bubble .text")).to_have_text("Until Sunday")
    expect(page.locator("#write")).to_be_hidden()


def test_the_html_of_a_mail_is_shown_and_nothing_in_it_runs(page: Page, sender: Sender) -> None:
    sender.email("Until Sunday", html=f"<h1 style='color: rgb(255, 0, 0)'>Half price</h1>{EVIL}")
    phone_of(page, "email")
    page.locator("#chat .bubble").click()
    page.get_by_text("Show the HTML").click()

    heading = page.frame_locator("iframe.mail").locator("h1")
    expect(heading).to_have_text("Half price")
    expect(heading).to_have_css("color", "rgb(255, 0, 0)")
    assert page.title() == "Inbox · notifyhub emulator"


def test_what_has_no_html_offers_none(page: Page, sender: Sender) -> None:
    sender.email("Until Sunday")
    phone_of(page, "email")
    page.locator("#chat .bubble").click()

    expect(page.locator("#raw")).to_be_visible()
    expect(page.locator("#raw-html")).to_be_hidden()


def test_search_narrows_the_recipients(page: Page, sender: Sender) -> None:
    sender.telegram("about cats")
    sender.viber("about dogs")
    page.get_by_label("Search text and recipients").fill("CATS")

    expect(page.locator(".person")).to_have_count(1)
    expect(page.locator(".person .address")).to_have_text(TELEGRAM)


def test_search_finds_what_the_page_has_not_loaded(page: Page, sender: Sender) -> None:
    for text in ("about cats", "about birds"):
        sender.viber(text)
    for number in range(501):
        sender.telegram("about dogs", to=str(1_000 + number))
    page.reload()
    page.get_by_label("Search text and recipients").fill("CATS")
    page.locator(".person").click()

    expect(page.locator("#phone-address")).to_have_text(VIBER)
    expect(page.locator("#chat .bubble")).to_have_text(re.compile("about cats"))
    page.get_by_label("Search text and recipients").fill("")
    expect(page.locator("#chat .bubble")).to_have_text([re.compile("about cats"), re.compile("about birds")])


def test_the_raw_request_and_answer_are_one_click_away(page: Page, sender: Sender, emulator: LocalEmulator) -> None:
    sender.telegram("Hello")
    phone_of(page, "telegram")
    page.locator("#chat .bubble").click()

    expect(page.locator("#raw-request")).to_contain_text("POST /telegram/bot***/sendMessage")
    expect(page.locator("#raw-answer")).to_contain_text('"ok": true')
    assert emulator.token not in page.content()


def test_a_person_can_write_back(page: Page, sender: Sender, receiver: Receiver) -> None:
    sender.subscribe(receiver)
    sender.viber("How are you?")
    phone_of(page, "viber")
    page.get_by_label("Write back as this person").fill("Fine, thanks")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("#chat .from-person .text")).to_have_text("Fine, thanks")
    assert b"Fine, thanks" in next(posted.body for posted in iter(receiver.next, None) if b'"message"' in posted.body)


def test_why_nobody_hears_is_told(page: Page, sender: Sender) -> None:
    sender.viber("Hello")
    phone_of(page, "viber")
    page.get_by_label("Write back as this person").fill("Anybody?")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("#write-fault")).to_contain_text("webhook")


def test_a_switch_is_a_fault_and_off_is_none(page: Page, sender: Sender) -> None:
    page.get_by_role("button", name="Faults").click()
    page.get_by_label("For whom").select_option("telegram")
    switch = page.get_by_role("switch", name="outage 503")
    switch.check()
    expect(page.locator("#rules")).to_contain_text("Telegram, everybody · 503")
    refused = sender.telegram("Hello")
    page.get_by_role("switch", name="outage 503").uncheck()
    expect(page.locator("#rules")).to_have_text("none")

    assert refused == {}
    assert sender.telegram("Hello")["ok"] is True


def test_a_fault_can_be_for_the_open_phone_only(page: Page, sender: Sender) -> None:
    sender.telegram("Hello")
    phone_of(page, "telegram")
    page.get_by_role("button", name="Faults").click()
    page.get_by_role("switch", name="blocked").check()
    expect(page.locator("#rules")).to_contain_text(TELEGRAM)

    assert sender.telegram("Hello")["error_code"] == 403
    assert sender.telegram("Hello", to="43")["ok"] is True


def test_reset_empties_the_page(page: Page, sender: Sender, emulator: LocalEmulator) -> None:
    sender.telegram("Hello")
    expect(page.locator(".person")).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset").click()

    expect(page.locator("#nobody")).to_be_visible()
    assert emulator.journal() == []


def test_on_a_narrow_screen_the_phone_takes_the_place_of_the_list(page: Page, sender: Sender) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    sender.telegram("Hello")
    expect(page.locator("#phone")).to_be_hidden()
    phone_of(page, "telegram")
    expect(page.locator("#people")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Back to recipients").click()

    expect(page.locator(".person")).to_be_visible()


def test_the_keyboard_is_enough(page: Page, sender: Sender) -> None:
    sender.telegram("Hello")
    page.locator(".person").focus()
    page.keyboard.press("Enter")
    page.locator("#chat .bubble").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#raw")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#raw")).to_be_hidden()
