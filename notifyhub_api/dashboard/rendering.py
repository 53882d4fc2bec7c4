"""Pages from templates: everything is escaped, and no script or style is inline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context
from starlette.responses import HTMLResponse

from notifyhub import __version__
from notifyhub.domain.audience import audience_of, in_words
from notifyhub_api.dashboard.formats import filters
from notifyhub_api.dashboard.languages import LANGUAGES, translations
from notifyhub_api.static_files import StaticFolder

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = StaticFolder(HERE / "static", "/static")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language",
    # Our own pages may be told where a form was, which the rest of the service tells nobody.
    "Referrer-Policy": "same-origin",
}


def page(template: str, language: str, facts: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A template with these facts."""
    text = _environment(language).get_template(template).render(facts)
    return HTMLResponse(text, status, headers=HEADERS)


@cache
def release() -> str:
    """Tells one release of the pages from another: one that was left open knows that it is outdated."""
    digest = blake2b(__version__.encode(), digest_size=8)
    for file in sorted([*TEMPLATES.rglob("*.html"), *(HERE / "static").iterdir()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(language)
    environment.install_gettext_translations(spoken, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(filters(language))
    environment.globals["ngettext"] = _grouped(environment)
    environment.filters["paired"] = lambda words: [(word, word) for word in words]
    environment.filters["audience"] = lambda given: in_words(audience_of(given), partial(spoken.upgettext, "audience"))
    environment.filters["translated"] = partial(_translated, spoken)
    environment.globals.update(static=STATIC.url, languages=LANGUAGES, language=language, release=release())
    return environment


def _grouped(environment: Environment) -> Callable[..., str]:
    """`ngettext` that writes its number as numbers are written elsewhere on the page."""
    counted: Any = environment.globals["ngettext"]
    number = environment.filters["number"]

    @pass_context
    def ngettext(context: Context, one: str, many: str, num: int, **variables: Any) -> str:
        said: str = counted(context, one, many, num, **{"num": number(num), **variables})
        return said

    return ngettext


def _translated(spoken: NullTranslations, words: Iterable[str], context: str | None = None) -> list[tuple[str, str]]:
    """Options of a list to choose from: words of the API with what pages call them."""
    if context is None:
        return [(word, spoken.ugettext(word)) for word in words]
    return [(word, spoken.upgettext(context, word)) for word in words]
