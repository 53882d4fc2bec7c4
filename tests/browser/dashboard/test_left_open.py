"""A page that is left open while the service is killed, started again, or replaced by a new release."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import notifyhub_api
from tests.browser.dashboard.conftest import WITHIN_MS, Desk, signed_in
from tests.processes import READY, Process, Service

expect.set_options(timeout=WITHIN_MS)


class Replaceable:
    """A service that can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.now = Service(folder)
        self.url = self.now.url

    def kill(self) -> None:
        self.now.kill()

    def start(self) -> Service:
        self.now = Service(self._folder, "--port", self.url.rpartition(":")[2])
        return self.now


@pytest.fixture
def replaceable(tmp_path: Path) -> Iterator[Replaceable]:
    service = Replaceable(tmp_path)
    yield service
    service.kill()


@pytest.fixture
def open_desk(browser: Browser, replaceable: Replaceable) -> Iterator[Desk]:
    desk = Desk(browser, replaceable.url, signed_in(browser, replaceable.now), locale="en-GB")
    yield desk
    desk.context.close()


def test_it_says_so_and_goes_on_by_itself(open_desk: Desk, replaceable: Replaceable) -> None:
    page = open_desk.open("/")
    expect(page.locator("#link")).to_be_hidden()

    replaceable.kill()
    expect(page.locator("#link")).to_contain_text("The connection is lost")
    service = replaceable.start()

    expect(page.locator("#link")).to_be_hidden()
    service.ask("/api/v1/messages", {"text": "Again", "recipients": [{"telegram": "1067000"}]})
    expect(page.locator(".tile.sent .value")).to_have_text("1")


def test_what_was_typed_can_be_sent_after_a_restart(open_desk: Desk, replaceable: Replaceable) -> None:
    page = open_desk.open("/messages/new")
    page.get_by_label("Message text").fill("Typed before")
    page.get_by_label("telegram").fill("1067000")

    replaceable.kill()
    replaceable.start()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("sent")


def test_a_new_release_is_loaded_but_not_over_what_somebody_types(
    open_desk: Desk, replaceable: Replaceable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    untouched, typed_in = open_desk.open("/"), open_desk.new_page()
    typed_in.goto(open_desk.url + "/messages/new")
    typed_in.get_by_label("Message text").fill("Half a sentence")
    before = untouched.locator("meta[name=notifyhub-release]").get_attribute("content")

    replaceable.kill()
    newer = tmp_path / "newer"
    shutil.copytree(Path(notifyhub_api.__file__).parent, newer / "notifyhub_api")
    with (newer / "notifyhub_api" / "dashboard" / "static" / "parts.css").open("a") as file:
        file.write("/* newer */")
    monkeypatch.setenv("PYTHONPATH", str(newer))
    replaceable.start()

    untouched.wait_for_function(
        "before => document.querySelector('meta[name=notifyhub-release]').content !== before", arg=before
    )
    expect(typed_in.locator("#link")).to_contain_text("notifyhub was updated")
    assert typed_in.get_by_label("Message text").input_value() == "Half a sentence"


def test_what_was_typed_can_be_sent_after_a_restart_where_nobody_signs_in(browser: Browser, tmp_path: Path) -> None:
    with Process(tmp_path, "serve", "--port", "0", auth="none") as before:
        url = before.wait_for_line(READY).group(1)
        desk = Desk(browser, url, [], locale="en-GB")
        page = desk.open("/messages/new")
        page.get_by_label("Message text").fill("Typed before")
        page.get_by_label("telegram").fill("1067000")

    with Process(tmp_path, "serve", "--port", url.rpartition(":")[2], auth="none") as after:
        after.wait_for_line(READY)
        page.get_by_role("button", name="Send").click()

        expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
        desk.context.close()
