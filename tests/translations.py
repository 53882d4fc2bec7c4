"""The catalogue of the dashboard's translations, brought up to date: `python -m tests.translations` (see `make docs`).

New texts are added with an empty translation, which a test then asks for; texts that are gone are removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from notifyhub_api.dashboard.languages import ENGLISH, LANGUAGES, LOCALES

ROOT = LOCALES.parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None}
HEADER = "# Texts of the dashboard. Brought up to date by `python -m tests.translations`."
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""In place of the moment of each run, which would change the file every time."""


def path_of(language: str) -> Path:
    return LOCALES / language / "messages.po"


def catalogue(language: str) -> Catalog:
    """As it is in the file; empty if there is none."""
    path = path_of(language)
    return read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)


def found() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """The texts of pages and code, and the words of the API that pages translate, with where they are."""
    for name, _, message, _, _ in extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS):
        if message:
            yield message, name
    for word in _words():
        yield word, "the API"


def _words() -> Iterator[str]:
    """Words of the API that pages show as `_(word)`."""
    from notifyhub.domain.circuit_breaker import State as Breaker
    from notifyhub.domain.health import Health
    from notifyhub.domain.mailings import MailingStatus
    from notifyhub.domain.roles import Role
    from notifyhub.domain.states import Status
    from notifyhub.flow.attempt import OUTCOME_NAMES
    from notifyhub.requests import Priority

    yield from (*Status, *MailingStatus, *Role, *Breaker, *Health, *Priority, *OUTCOME_NAMES.values())


def updated(language: str) -> Catalog:
    """The catalogue with every text, and no other."""
    known = catalogue(language)
    made = Catalog(locale=language, header_comment=HEADER, project="notifyhub", creation_date=NEVER, fuzzy=False)
    for message, place in sorted(found(), key=lambda pair: (str(pair[0]), pair[1])):
        old = known.get(message[0] if isinstance(message, tuple) else message)
        made.add(message, old.string if old is not None else None, locations=[(place, None)])  # type: ignore[list-item]
    return made


def main() -> None:
    for language in LANGUAGES:
        if language != ENGLISH:
            path_of(language).parent.mkdir(parents=True, exist_ok=True)
            with path_of(language).open("wb") as file:
                write_po(file, updated(language), width=110, omit_header=False, no_location=True)


if __name__ == "__main__":
    main()
