"""The catalogue of the dashboard's translations, brought up to date: `python -m tests.translations` (see `make docs`).

New texts are added with an empty translation, which a test then asks for; texts that are gone are removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from notifyhub.domain.audience import WORDS as AUDIENCE
from notifyhub.domain.audit import ACTIONS
from notifyhub.domain.events import TYPES
from notifyhub.domain.health import Health
from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.roles import Role
from notifyhub.domain.states import Status
from notifyhub.domain.summary import DUPLICATE
from notifyhub.domain.window import DAYS
from notifyhub.errors import SignInRefused
from notifyhub.flow.attempt import OUTCOME_NAMES
from notifyhub.requests import Priority
from notifyhub_api.dashboard.languages import ENGLISH, LANGUAGES, LOCALES
from notifyhub_api.dashboard.oidc.refusals import WORDS
from notifyhub_api.dashboard.pages import keys, webhook_posts

ROOT = LOCALES.parent
TRANSLATED = tuple(language for language in LANGUAGES if language != ENGLISH)
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "say": (1,), "later": (1,)}
COMMENT = "# Texts of the dashboard. Brought up to date by `python -m tests.translations`.\n"
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""What tools need to know; without moments and versions, which would change the file every time."""


def path_of(language: str) -> Path:
    return LOCALES / language / "messages.po"


def catalogue(language: str) -> Catalog:
    """As it is in the file; empty if there is none."""
    path = path_of(language)
    return read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)


class Text(NamedTuple):
    """id       what the pages say in English; with its plural if it has one
    context  tells meanings of the same words apart
    place    the file that says it
    """

    id: str | tuple[str, ...]
    context: str | None
    place: str


Words = tuple[str | None, Iterable[str]]
SPOKEN: dict[str, Words] = {
    "word": (None, (*Status, DUPLICATE, *OUTCOME_NAMES.values(), *webhook_posts.STATES)),
    "status": (None, Status),
    "statuses|translated": (None, Status),
    "states|translated": (None, webhook_posts.STATES),
    "channel.health.state": (None, Health),
    "channel.health.last_trouble.outcome": (None, OUTCOME_NAMES.values()),
    "attempt.outcome": (None, OUTCOME_NAMES.values()),
    "message.priority": (None, Priority),
    "mailing.priority": (None, Priority),
    "day": (None, DAYS),
    "days|translated": (None, DAYS),
    "visitor.role": (None, Role),
    "one.role": (None, Role),
    "roles|translated": (None, Role),
    "actions[line.action]": (None, ACTIONS.values()),
    "meaning": (None, TYPES.values()),
    "mailing.status": ("mailing", MailingStatus),
    "statuses|translated('mailing')": ("mailing", MailingStatus),
    "state": ("key", keys.STATES),
}
"""What templates translate without saying it themselves, as they write it; with its context and all that it can be."""


def found() -> Iterator[Text]:
    """The texts of pages and code, and the words of the API that pages translate."""
    for name, _, message, _, context in extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS):
        if message:
            yield Text(message, context, name)
    for context, words in SPOKEN.values():
        yield from (Text(word, context, "the API") for word in words)
    yield from (Text(word, "audience", "the API") for word in AUDIENCE)
    yield from (Text(sentence, None, "refusals") for sentence in (*WORDS.values(), str(SignInRefused())))


def updated(language: str) -> Catalog:
    """The catalogue with every text, and no other."""
    known = catalogue(language)
    made = Catalog(locale=language, fuzzy=False)
    for text in sorted(found(), key=lambda one: (str(one.id), one.context or "", one.place)):
        old = known.get(text.id[0] if isinstance(text.id, tuple) else text.id, text.context)
        made.add(text.id, None if old is None else old.string, [(text.place, None)], context=text.context)  # type: ignore[list-item]
    return made


def written(language: str) -> str:
    """The catalogue as its file should be; the comment at the head of the file is kept."""
    made, entries = updated(language), BytesIO()
    write_po(entries, made, width=110, omit_header=True, no_location=True)
    header = HEADER.format(language=language, plural_forms=made.plural_forms)
    return f"{_comment(language)}{header}{entries.getvalue().decode()}"


def _comment(language: str) -> str:
    path = path_of(language)
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else [COMMENT]
    return "".join(takewhile(lambda line: line.startswith("#"), lines))


def main() -> None:
    for language in TRANSLATED:
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_text(written(language), "utf-8")


if __name__ == "__main__":
    main()
