"""/signin and /signout: with a one-time link, or through an OpenID Connect provider."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notifyhub.errors import NotFound, NotifyhubError, SignInRefused, StoreUnavailable
from notifyhub.hub.sessions import NewSession
from notifyhub.logs.current import ASKED_BY, Who
from notifyhub_api.dashboard import cookies, csrf, rendering
from notifyhub_api.dashboard.form import Form
from notifyhub_api.dashboard.guard import visitor_at
from notifyhub_api.dashboard.languages import LANGUAGES, language_of, remember, translations
from notifyhub_api.dashboard.local_paths import local_path
from notifyhub_api.dashboard.sign_in_rate import Attempts
from notifyhub_api.problems import TooLarge
from notifyhub_api.web import Endpoint, body_of, hub_of

LONGEST_USER_AGENT = 1_000

_STATUSES: dict[type[NotifyhubError], int] = {NotFound: 404, TooLarge: 413}


async def ask(request: Request) -> Response:
    """The page that signs in; a link is only used by a click, so that previews of chats do not use it up."""
    to = local_path(request.query_params.get("to", "/"))
    if await visitor_at(request) is not None:
        return RedirectResponse(to, 303)
    chosen = request.query_params.get("language", "")
    response = page(request, token=request.query_params.get("token", ""), to=to, language=chosen)
    remember(response, chosen, secure=cookies.is_encrypted(request))
    return response


async def redeem(request: Request) -> Response:
    """Use a link."""
    form = Form.read(await body_of(request))
    token, to = form.get("token", "").strip(), local_path(form.get("to", "/"))
    if not csrf.comes_from_here(request):
        return page(request, 403, wrong="elsewhere", to=to)
    if (refused := refused_for_now(request)) is not None:
        return refused
    try:
        began = await hub_of(request).sessions.redeem(token, user_agent_of(request))
    except SignInRefused as error:
        return page(request, 403, wrong=str(error), to=to)
    return signed_in(request, began, to)


async def leave(request: Request) -> Response:
    """End the session, here and everywhere."""
    form, visitor = Form.read(await body_of(request)), await visitor_at(request)
    if visitor is not None and visitor.session_id is not None:
        if not csrf.is_ours(request, visitor.csrf, form.get(csrf.FIELD)):
            return RedirectResponse("/", 303)
        ASKED_BY.set(Who("dashboard", visitor.name))
        await hub_of(request).sessions.end(visitor.session_id)
    response = RedirectResponse("/signin", 303)
    cookies.forget(response)
    return response


def page(
    request: Request, code: int = 200, *, wrong: str = "", token: str = "", to: str = "/", language: str = ""
) -> Response:
    """The page.

    wrong     why it did not work
    language  that was just chosen; otherwise the one of earlier
    """
    settings = hub_of(request).settings
    language = language if language in LANGUAGES else language_of(request)
    facts: dict[str, Any] = {
        "visitor": None,
        "said": None,
        "pages": frozenset(),
        "here": "/signin",
        "path": "/signin",
        "token": token,
        "to": to,
        "wrong": wrong and translations(language).ugettext(wrong),
        "oidc": settings.oidc.label if settings.oidc.issuer else None,
        "oidc_path": f"/signin/oidc?to={quote(to, safe='')}",
    }
    return rendering.page("signin.html", language, facts, code)


def signed_in(request: Request, began: NewSession, to: str) -> Response:
    """To where somebody wanted to go, with the cookie of a new session."""
    response = RedirectResponse(to, 303, headers={"Cache-Control": "no-store"})
    cookies.keep(request, response, began.secret, hub_of(request).settings.dashboard.session_s)
    return response


def refused_for_now(request: Request) -> Response | None:
    """The answer to somebody who tries too often; None: they may try."""
    attempts: Attempts = request.app.state.sign_in_attempts
    address = request.client.host if request.client else ""
    wait_s = attempts.count(address)
    if wait_s is None:
        return None
    response = page(request, 429, wrong="too often")
    response.headers["Retry-After"] = str(wait_s)
    return response


def user_agent_of(request: Request) -> str:
    return request.headers.get("user-agent", "")[:LONGEST_USER_AGENT]


def failing_softly(endpoint: Endpoint) -> Endpoint:
    """What goes wrong is said on the page."""

    async def soft(request: Request) -> Response:
        try:
            return await endpoint(request)
        except StoreUnavailable as error:
            return page(request, 503, wrong=str(error))
        except NotifyhubError as error:
            return page(request, _STATUSES.get(type(error), 400), wrong=str(error))

    return soft


ENDPOINTS = (
    ("GET", "/signin", failing_softly(ask)),
    ("POST", "/signin", failing_softly(redeem)),
    ("POST", "/signout", failing_softly(leave)),
)
