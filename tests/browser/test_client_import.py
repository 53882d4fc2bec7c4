"""The import of clients in a browser: a file that is dropped, how far it is, and what was wrong with its rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboard.client_pages import Pages, quick_pages, serve_pages

__all__ = ["quick_pages", "serve_pages"]
BAD_ROWS = "phone,timezone\\n79030000001,Europe/Moscow\\n79030000002,Mars\\n12,\\n"


@pytest.fixture
def form(browser: Browser, quick_pages: Pages) -> Iterator[Page]:
    """The form of an import, open."""
    page = browser.new_page(viewport={"width": 360, "height": 700})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{quick_pages.http.base_url}/clients/import")
    yield page
    page.close()
    assert errors == []


def drop(page: Page, name: str, text: str) -> None:
    """Drop a file on the place for it."""
    make = f"() => {{ const drop = new DataTransfer(); drop.items.add(new File(['{text}'], '{name}')); return drop; }}"
    transfer = page.evaluate_handle(make)
    for event in ("dragover", "drop"):
        page.dispatch_event("#drop", event, {"dataTransfer": transfer})


def test_a_file_that_is_dropped_is_imported_and_its_bad_rows_are_named(form: Page, quick_pages: Pages) -> None:
    drop(form, "people.csv", BAD_ROWS)
    form.get_by_role("button", name="Import").click()

    form.get_by_role("heading", name="The file was imported").wait_for()

    lines = form.locator("tbody tr")
    assert [lines.nth(n).locator("td").first.inner_text() for n in range(lines.count())] == ["3", "4"]
    assert [client["phone"] for client in quick_pages.api("GET", "/clients")["items"]] == ["79030000001"]


def test_the_wrong_rows_are_saved_as_a_file(form: Page) -> None:
    drop(form, "people.csv", BAD_ROWS)
    form.get_by_role("button", name="Import").click()

    with form.expect_download() as download:
        form.get_by_role("link", name="Download as CSV").click()

    assert download.value.suggested_filename == "wrong-rows.csv"
    assert download.value.path().read_text().startswith("line,field,message\n3,timezone,")


def test_a_refused_form_keeps_the_file_and_what_was_typed(form: Page) -> None:
    drop(form, "people.csv", BAD_ROWS)
    form.get_by_label("Encoding").fill("klingon")
    form.get_by_role("button", name="Import").click()

    form.locator("#encoding-faults").wait_for()

    assert form.get_by_label("Encoding").input_value() == "klingon"
    assert form.evaluate("document.getElementById('file').files[0].name") == "people.csv"


def test_a_file_that_is_too_large_is_not_even_sent(form: Page) -> None:
    sent: list[str] = []
    form.on("request", lambda request: sent.append(request.method))
    drop(form, "people.csv", "phone\\n" + "79030000001\\n" * 9_000)

    form.get_by_role("button", name="Import").click()

    form.get_by_text("more than 100,000 bytes").wait_for()
    assert "POST" not in sent


def test_the_form_works_without_javascript(browser: Browser, quick_pages: Pages) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{quick_pages.http.base_url}/clients/import")

    page.get_by_label("Choose a file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": b"phone\n79030000001\n"}
    )
    page.get_by_role("button", name="Import").click()

    page.get_by_role("heading", name="The file was imported").wait_for()
    context.close()
