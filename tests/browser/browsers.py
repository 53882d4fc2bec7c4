"""A browser for tests: Chromium, from anywhere. Without one, tests are skipped; in CI, they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
MISSING = "these tests need Chromium: apt-get install chromium, or playwright install chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Skips the test if there is none, unless this is CI."""
    with sync_playwright() as playwright:
        try:
            # None is the browser that `playwright install chromium` has brought.
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except Error as error:
            if CHROMIUM is None and "CI" not in os.environ:
                pytest.skip(MISSING)
            raise AssertionError(MISSING) from error
        yield browser
        browser.close()
