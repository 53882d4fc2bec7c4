"""/templates in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import HubMaker
from tests.dashboard.setup_pages import PROBES, Browser, browsing, is_harmless, words


@pytest.fixture
def browser(make_hub: HubMaker, database_url: str) -> Iterator[Browser]:
    with browsing(make_hub(worker=False, auth="none", database_url=database_url)) as browser:
        yield browser


@pytest.fixture
def code(browser: Browser) -> Browser:
    """A template `code` with a text for all, and one for Russian readers."""
    browser.hub.templates.set("code", "Your code is {{ code }}")
    browser.hub.templates.set("code", "Ваш код: {{ code }}", language="ru")
    return browser


def test_a_template_that_was_created_is_on_its_page_and_in_the_list(browser: Browser) -> None:
    page = browser.post("/templates/new", "/templates/new", name="code", text="Your code is {{ code }}")

    assert page.url.path == "/templates/code"
    assert "Version 1 is stored." in words(page)
    assert "Your code is {{ code }}" in words(page)
    assert "Your code is {{ code }}" in words(browser.get("/templates"))


def test_a_fault_in_a_text_is_beside_it_with_its_line_and_column_and_what_was_typed_is_kept(browser: Browser) -> None:
    page = browser.post("/templates/new", "/templates/new", name="code", text="Hello\n{{ name", language="ru")

    assert page.status_code == 422
    assert "(line 2, column" in page.text.partition('id="text-faults"')[2].partition("</ul>")[0]
    assert 'value="ru"' in page.text
    assert "Hello\n{{ name</textarea>" in page.text


def test_a_new_template_does_not_replace_one_of_the_same_name(code: Browser) -> None:
    page = code.post("/templates/new", "/templates/new", name="code", text="Something else")

    assert page.status_code == 422
    assert "There is a template of this name." in words(page)
    assert code.hub.templates.get("code").version == 2


def test_an_edited_text_is_a_new_version_and_the_old_one_can_still_be_seen(code: Browser) -> None:
    assert "Ваш код: {{ code }}</textarea>" in code.get("/templates/code/edit", language="ru").text

    page = code.post("/templates/code/edit?language=ru", "/templates/code", language="ru", text="Код: {{ code }}")

    assert "Version 3 is stored." in words(page)
    assert "Код: {{ code }}" in words(page)
    old = code.get("/templates/code", version="2")
    assert "Ваш код: {{ code }}" in words(old)
    assert "This is an older version." in words(old)


def test_a_text_for_another_channel_is_added(code: Browser) -> None:
    page = code.post("/templates/code/add", "/templates/code/add", channel="viber", text="Viber: {{ code }}")

    assert "Viber: {{ code }}" in words(page)
    assert len(code.hub.templates.get("code").variants) == 3


def test_a_preview_shows_the_text_that_variables_make(code: Browser) -> None:
    page = code.post("/templates/code", "/templates/code", variables="code = 007", language="ru")

    assert page.status_code == 200
    assert "Ваш код: 007" in words(page)
    assert "12 characters" in words(page)


def test_a_preview_is_made_of_a_client_of_the_directory(code: Browser) -> None:
    code.hub.templates.set("hello", "Hello {{ attributes.name }}, {{ count + 1 }}")
    client = code.hub.clients.create(phone="79161234567", attributes={"name": "Ann"})

    page = code.post("/templates/hello", "/templates/hello", variables='{"count": 2}', client_id=str(client.id))

    assert "Hello Ann, 3" in words(page)


def test_a_variable_that_is_missing_is_named_beside_the_variables(code: Browser) -> None:
    page = code.post("/templates/code", "/templates/code", variables="cod = 1")

    assert page.status_code == 422
    assert "code" in page.text.partition('id="variables-faults"')[2].partition("</ul>")[0]
    assert "cod = 1</textarea>" in page.text


def test_deleting_a_text_says_first_which_and_leaves_the_others(code: Browser) -> None:
    asked = code.get("/templates/code/delete", language="ru")

    assert "1 text is removed: ru" in words(asked)
    page = code.post("/templates/code/delete?language=ru", "/templates/code/delete?language=ru")
    assert page.url.path == "/templates/code"
    assert [one.language for one in code.hub.templates.get("code").variants] == [None]


def test_a_deleted_template_is_gone_from_the_list(code: Browser) -> None:
    assert "2 texts are removed:" in words(code.get("/templates/code/delete"))

    page = code.post("/templates/code/delete", "/templates/code/delete")

    assert page.url.path == "/templates"
    assert "There are no templates yet." in words(page)


@pytest.mark.parametrize("probe", PROBES)
def test_texts_are_shown_as_texts(browser: Browser, probe: str) -> None:
    browser.hub.templates.set("probe", f"{probe} {{{{ name }}}}", html=f"<b>{probe}</b>", subject=probe)

    page = browser.post("/templates/probe", "/templates/probe", variables=f"name = {probe}")

    assert probe in words(browser.get("/templates/probe/edit")) or probe.replace('"', "") in words(page)
    assert all(is_harmless(browser.get(path)) for path in ("/templates", "/templates/probe", "/templates/probe/edit"))
    assert is_harmless(page)


def test_a_template_that_is_not_there_is_a_404(browser: Browser) -> None:
    assert browser.get("/templates/nothing").status_code == 404
