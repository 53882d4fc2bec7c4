"""The inbox where the emulator asks for a key: the browser asks its user, and sends the key along from then on."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.main import in_thread
from notifyhub.emulator.web.guards import with_key
from notifyhub.emulator.web.key_asked import one_key
from tests.browser.story import EMAIL

KEY = "a key of this test"


@pytest.fixture
def url() -> Iterator[str]:
    with in_thread(Emulator(guards=with_key(one_key(KEY)))) as url:
        yield url


def test_without_the_key_there_is_no_page(browser: Browser, url: str) -> None:
    context = browser.new_context(http_credentials={"username": "me", "password": "wrong"})
    answer = context.new_page().goto(url + "/")

    assert answer is not None
    assert answer.status == 401
    context.close()


def test_with_the_key_it_is_live_and_may_change_things(browser: Browser, url: str) -> None:
    context = browser.new_context(http_credentials={"username": "me", "password": KEY})
    page = context.new_page()
    page.goto(url + "/")
    page.locator("#link.live").wait_for()

    body = json.dumps({"chat_id": 42, "text": "Hello there"}).encode()
    urlopen(Request(f"{url}/bot1:x/sendMessage", body, {"Content-Type": "application/json"}), timeout=30)
    page.locator(".person.telegram").click()
    expect(page.locator("#chat .bubble .text")).to_have_text("Hello there")

    page.get_by_role("button", name="Faults").click()
    page.get_by_label("For whom").select_option("telegram")
    page.get_by_role("switch", name="outage 503").check()
    expect(page.locator("#rules")).to_contain_text("Telegram, everybody · 503")
    context.close()


def test_with_the_key_the_html_of_a_mail_is_shown_too(browser: Browser) -> None:
    emulator = Emulator(guards=with_key(one_key(KEY)))
    with in_thread(emulator, smtp_port=0) as url:
        context = browser.new_context(http_credentials={"username": "me", "password": KEY})
        page = context.new_page()
        page.goto(url + "/")
        page.locator("#link.live").wait_for()
        assert emulator.door.address is not None
        with smtplib.SMTP(*emulator.door.address, timeout=30) as client:
            client.sendmail("shop@example.org", [EMAIL], b"Content-Type: text/html\r\n\r\n<h1>Half price</h1>")
        page.locator(".person.email").click()
        page.locator("#chat .bubble").click()
        page.get_by_text("Show the HTML").click()

        expect(page.frame_locator("iframe.mail").locator("h1")).to_have_text("Half price")
        context.close()
