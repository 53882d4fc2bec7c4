"""The pages in other languages: every text is translated, and says the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from babel.messages.catalog import Message

from notifyhub import Hub
from notifyhub_api.dashboard.app import PAGES
from notifyhub_api.dashboard.languages import LOCALES, translations
from tests.dashboard.conftest import Person
from tests.translations import ROOT, SPOKEN, TRANSLATED, catalogue, found, path_of, written

LATER = "2126-12-01T10:00:00+03:00"
QUERIES = {"/audit": "?action=client.created", "/deliveries/bulk": "?action=cancel&all=1&channel=telegram"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\{.*?\}\}")
_DYNAMIC = (
    re.compile(r"\b_\(([^'\"][^()]*)\)"),
    re.compile(r"\bpgettext\('[^']*', ([^'\"][^()]*)\)"),
    re.compile(r"\((\w+\|translated(?:\('\w+'\))?)\)"),
    re.compile(r", (\w+\|translated)[,)]"),
)
"""Where templates translate what they do not say themselves."""
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)

every_language = pytest.mark.parametrize("language", TRANSLATED)


def forms(message: Message) -> tuple[str, ...]:
    """The translations of a text: one, or one for each kind of number."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def originals(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


@every_language
def test_every_text_is_translated(language: str) -> None:
    known = {(originals(message), message.context): message for message in messages(language)}

    wanted = {(text.id if isinstance(text.id, tuple) else (text.id,), text.context) for text in found()}
    missing = [key for key in wanted if key not in known or not all(forms(known[key]))]

    assert not missing, "run `python -m tests.translations`, and translate what is empty"


@every_language
def test_the_catalogue_has_no_text_that_is_not_used(language: str) -> None:
    assert path_of(language).read_text("utf-8") == written(language), "run `python -m tests.translations`"


@every_language
def test_a_text_with_a_number_has_every_plural_form(language: str) -> None:
    count = catalogue(language).num_plurals

    wrong = [m.id for m in messages(language) if len(forms(m)) != (count if isinstance(m.id, tuple) else 1)]

    assert not wrong


@every_language
def test_translations_have_the_placeholders_of_the_original(language: str) -> None:
    wrong = [
        form
        for message in messages(language)
        for form in forms(message)
        if sorted(_PLACEHOLDER.findall(form)) != sorted(_PLACEHOLDER.findall(originals(message)[0]))
    ]

    assert not wrong


def test_words_that_templates_take_from_the_api_are_in_the_catalogue() -> None:
    texts = [file.read_text("utf-8") for file in ROOT.rglob("*.html")]

    spoken = {words for text in texts for pattern in _DYNAMIC for words in pattern.findall(text)}

    assert spoken == set(SPOKEN)


def test_code_says_whole_texts_which_the_catalogue_finds() -> None:
    calls = [call for file in ROOT.rglob("*.py") for call in ast.walk(ast.parse(file.read_text("utf-8")))]

    chosen = [ast.unparse(call) for call in calls if is_saying(call) and isinstance(first_of(call), _MADE)]

    assert not chosen


_MADE = (ast.IfExp, ast.BinOp, ast.JoinedStr)
"""Texts that are put together where they are said."""


def is_saying(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say"


def first_of(call: Any) -> ast.AST:
    first: ast.AST = call.args[0]
    return first


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 клиент"), (3, "3 клиента"), (5, "5 клиентов"), (11, "11 клиентов"), (21, "21 клиент")]
)
def test_numbers_choose_the_russian_form(number: int, words: str) -> None:
    assert translations("ru").ungettext("%(num)s client", "%(num)s clients", number) % {"num": number} == words


def test_languages_are_those_that_have_a_catalogue() -> None:
    assert {folder.name for folder in LOCALES.iterdir()} == set(TRANSLATED)


def in_russian(person: Person) -> Person:
    person.browser.headers["Accept-Language"] = "ru-RU,ru;q=0.9,en;q=0.5"
    return person


def filled(hub: Hub) -> dict[str, Any]:
    """Ids of something of each kind, by the beginning of the paths of its pages."""
    client = hub.clients.create("79201234567", tags=["vip"], addresses={"telegram": "1067000"})
    gone = hub.clients.create("79201234568")
    message = hub.send("Hello", [{"telegram": "1067001"}], at=LATER)
    running = hub.mailings.create("Sale", "Hello", ["telegram"])
    hub.mailings.create("Later", "Hello", ["telegram"], draft=True)
    hub.templates.set("hello", "Hello")
    return {
        "clients": client.id,
        "erasures": hub.clients.erase(gone.id, reason="asked").id,
        "messages": message.id,
        "deliveries": message.deliveries[0].id,
        "mailings": running.id,
        "templates": "hello",
        "channels": "telegram",
        "webhooks": hub.webhooks.create("https://93.184.216.34/hook").id,
        "keys": hub.keys.create("shop", ["send", "metrics"]).id,
    }


def paths(ids: dict[str, Any]) -> Iterator[str]:
    """Every page that can be looked at; of the audit those lines that quote no word which pages translate elsewhere."""
    for module in PAGES:
        for path in module.GET:
            yield re.sub(r"\{.*?\}", str(ids.get(path.split("/")[1], "")), path) + QUERIES.get(path, "")


def texts_of(page: str) -> set[str]:
    """What people read, or have read to them."""
    shown = re.findall(r">([^<>]+)<", page)
    labels = re.findall(r'(?:aria-label|data-label|placeholder|title)="([^"]+)"', page)
    return {unescape(text).strip() for text in (*shown, *labels)}


def test_every_page_is_in_russian_for_a_browser_that_wants_russian(admin: Person) -> None:
    person, ids = in_russian(admin), filled(admin.hub)
    english = {originals(m)[0] for m in messages("ru") if m.string != m.id}

    pages = {path: person.get(path) for path in paths(ids)}
    left = {path: sorted(texts_of(page.text) & english) for path, page in pages.items()}

    assert {path: page.status_code for path, page in pages.items() if page.status_code != 200} == {}
    assert [path for path, page in pages.items() if '<html lang="ru">' not in page.text] == []
    assert {path: texts for path, texts in left.items() if texts} == {}


def test_the_menu_is_in_russian(admin: Person) -> None:
    page = in_russian(admin).get("/").text

    menu = re.findall(r'<a href="[^"]*"[^>]*>([^<]*)</a>', page.partition("<nav")[2].partition("</nav>")[0])

    assert len(menu) >= 10
    assert [title for title in menu if not _CYRILLIC.search(title)] == []


def test_the_page_that_signs_in_is_in_russian(stranger: Person) -> None:
    refused = in_russian(stranger).browser.post("/signin", data={"token": "guessed"})

    assert '<html lang="ru">' in refused.text
    assert "эта ссылка для входа неизвестна, использована или просрочена" in refused.text


def test_a_chosen_language_goes_before_that_of_the_browser(admin: Person) -> None:
    in_russian(admin).post("/language", {"language": "en"})

    assert '<html lang="en">' in admin.get("/").text


def test_what_was_done_is_said_in_russian(admin: Person) -> None:
    client = admin.hub.clients.create("79201234567")

    done = in_russian(admin).post(f"/clients/{client.id}/opt-out", {"channel": "all"}, page=f"/clients/{client.id}")

    assert admin.said(done) == "Отписка учтена. То, что было в очереди, отменено."


def test_a_circuit_breaker_is_told_in_plain_words_with_the_engineers_word_beside(admin: Person) -> None:
    page = admin.get("/channels").text

    assert re.search(r'<span class="chip breaker-closed" title="[^"]*\(circuit breaker: closed\)">works</span>', page)


def test_an_audience_is_told_in_the_language_of_the_page(admin: Person) -> None:
    audience = {
        "operator_code": ["903", "905"],
        "not": {"any": [{"tag": "100%"}, {"attribute": {"name": "orders", "at_least": 2, "at_most": 5}}]},
    }
    mailing = admin.hub.mailings.create("Sale", "Hello", ["telegram"], audience=audience, draft=True)

    english = admin.browser.get(f"/mailings/{mailing.id}", headers={"Accept-Language": "en"}).text
    russian = admin.browser.get(f"/mailings/{mailing.id}", headers={"Accept-Language": "ru"}).text

    assert f"<dd>{mailing.audience_words}</dd>" in english
    told = "код оператора 903 или 905, и не (тег 100%, или атрибут orders не меньше 2 и не больше 5)"
    assert f"<dd>{told}</dd>" in russian
