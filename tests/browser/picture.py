"""The README's picture of the inbox: `python -m tests.browser.picture docs/images/inbox.png` (see `make picture`)."""

from __future__ import annotations

import sys

from playwright.sync_api import sync_playwright

from notifyhub.emulator.testing import LocalEmulator
from tests.browser.browsers import CHROMIUM
from tests.browser.story import play
from tests.emulator.receiver import receiving


def main(path: str, *, width: int = 1100, height: int = 680, dark: bool = False) -> None:
    with LocalEmulator() as emulator, receiving() as receiver, sync_playwright() as playwright:
        play(emulator, receiver)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        page.goto(emulator.url + "/")
        page.locator(".person.whatsapp").click()
        page.locator(".ticks.read").first.wait_for()
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
