"""The first paint of pages in a headless Chromium that has seen none of them, and what it loads for that."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.browsers import CHROMIUM

_PAINTED = """() => new Promise(resolve => new PerformanceObserver(
    list => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime)
).observe({type: 'paint', buffered: true}))"""
_LOADED = "() => performance.getEntriesByType('resource').reduce((sum, one) => sum + one.encodedBodySize, 0)"


class Painted(NamedTuple):
    """paint_ms  from the beginning of the navigation to the first text on the page
    assets    bytes of scripts, styles and pictures, as they were transferred
    """

    paint_ms: float
    assets: int


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """A headless Chromium; None if there is none."""
    if CHROMIUM is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def painted(browser: Browser, url: str, rounds: int) -> Sequence[Painted]:
    """Open a page again and again, each time with an empty cache."""
    found = []
    for _ in range(rounds):
        context = browser.new_context()
        page = context.new_page()
        page.goto(url, wait_until="load")
        found.append(Painted(page.evaluate(_PAINTED), page.evaluate(_LOADED)))
        context.close()
    return found
