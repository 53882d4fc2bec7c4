"""The languages of the dashboard: gettext catalogues, read once."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request
from starlette.responses import Response

LOCALES = Path(__file__).with_name("locale")
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "ru": "Русский"}
"""Codes and names, each in its own language."""
COOKIE = "notifyhub_language"
YEAR_S = 366 * 86_400


def language_of(request: Request) -> str:
    """The language that somebody has chosen, or that their browser prefers."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    parts = [part.partition(";") for part in request.headers.get("accept-language", "").split(",")]
    wanted = [name.strip() for name, _, quality in sorted(parts, key=_quality, reverse=True)]
    spoken = [name.partition("-")[0].lower() for name in wanted]
    return negotiate_locale(spoken, [*LANGUAGES]) or ENGLISH


def remember(response: Response, language: str, *, secure: bool) -> None:
    """Let the browser keep what somebody has chosen; nothing happens if there is no such language."""
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure)


def _quality(part: tuple[str, str, str]) -> float:
    try:
        return float(part[2].strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language. English is in the pages themselves."""
    path = LOCALES / language / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def later(text: str) -> str:
    """The same text: this marks it for the catalogue where it stands, and it is translated where it is said."""
    return text


@cache
def locale_of(language: str) -> Locale:
    """For dates and numbers."""
    return Locale.parse(language)
