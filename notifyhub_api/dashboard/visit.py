"""One request of somebody who is signed in: the API with their rights, and the answers that pages give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notifyhub_api.dashboard import rendering
from notifyhub_api.dashboard.calling import Api
from notifyhub_api.dashboard.cookies import is_encrypted
from notifyhub_api.dashboard.form import Form
from notifyhub_api.dashboard.languages import language_of, translations
from notifyhub_api.dashboard.visitor import Visitor

Pages = Mapping[str, Callable[["Visit"], Awaitable[Response]]]
"""Pages of a module, by path."""
SAID = "notifyhub_said"
"""The cookie with what the next page says first."""
SAID_S = 30


@dataclass(frozen=True)
class Visit:
    """`form` has what was posted; empty for a GET. `file` is what was posted with it, if anything was."""

    request: Request
    visitor: Visitor
    api: Api
    form: Form
    file: BinaryIO | None = None

    @cached_property
    def language(self) -> str:
        return language_of(self.request)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL that are not empty."""
        return {name: value for name, value in self.request.query_params.items() if value.strip()}

    @property
    def here(self) -> str:
        """The path of this page with its query."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def is_partial(self) -> bool:
        """Does a script of an open page ask, and not the browser itself?"""
        return is_partial(self.request)

    def say(self, text: str, **values: Any) -> str:
        """A text in the language of the visitor."""
        translated: str = translations(self.language).ugettext(text)
        return translated % values if values else translated

    def show(self, template: str, code: int = 200, /, **facts: Any) -> Response:
        """A page; without JavaScript it is whole in itself."""
        said = self.request.cookies.get(SAID)
        common = {
            "visit": self,
            "visitor": self.visitor,
            "path": self.request.url.path,
            "here": self.here,
            "query": self.query,
            "form": dict(self.form),
            "pages": _paths(self.request),
            "said": None if said is None or self.is_partial else unquote(said).partition(":"),
        }
        response = rendering.page(template, self.language, common | facts, code)
        if common["said"] is not None:
            response.delete_cookie(SAID)
        return response

    def go(self, path: str, said: str | None = None, *, wrong: bool = False) -> Response:
        """To another page, which first says this; `wrong`: it is about something that did not work."""
        response = RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})
        if said is not None:
            text = quote(f"{'wrong' if wrong else 'done'}:{said[:1000]}")
            secure = is_encrypted(self.request)
            response.set_cookie(SAID, text, max_age=SAID_S, httponly=True, samesite="lax", secure=secure)
        return response


def is_partial(request: Request) -> bool:
    """Does a script of an open page ask, and not the browser itself?"""
    return "hx-request" in request.headers


def _paths(request: Request) -> frozenset[str]:
    """The paths that there are: pages, and the emulator where that is served."""
    return frozenset(getattr(route, "path", "") for route in request.app.routes)
