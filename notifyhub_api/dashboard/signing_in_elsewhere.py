"""/signin/oidc: signing in through the OpenID Connect provider of the settings."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notifyhub.errors import NotFound
from notifyhub.logs import story
from notifyhub.settings import Settings
from notifyhub_api.dashboard import cookies
from notifyhub_api.dashboard.languages import language_of, translations
from notifyhub_api.dashboard.oidc import LIFETIME_S, OidcSignInRefused, Provider
from notifyhub_api.dashboard.signing_in import failing_softly, page, refused_for_now, signed_in, user_agent_of
from notifyhub_api.web import hub_of

CALLBACK = "/signin/oidc/callback"
FLOW = "notifyhub_sign_in"
"""The cookie that knows which answer of the provider belongs to this browser."""


async def begin(request: Request) -> Response:
    """To the provider."""
    if (refused := refused_for_now(request)) is not None:
        return refused
    try:
        begun = await _provider(request).begin(_redirect_uri(request), request.query_params.get("to", "/"))
    except OidcSignInRefused as error:
        return _refused(request, error)
    response = RedirectResponse(begun.url, 303, headers={"Cache-Control": "no-store"})
    secure = cookies.is_encrypted(request)
    response.set_cookie(
        FLOW, begun.cookie_value, LIFETIME_S, path="/signin", httponly=True, samesite="lax", secure=secure
    )
    return response


async def finish(request: Request) -> Response:
    """Back from the provider."""
    if (refused := refused_for_now(request)) is not None:
        return refused
    try:
        identity = await _provider(request).finish(
            request.query_params, request.cookies.get(FLOW), _redirect_uri(request)
        )
    except OidcSignInRefused as error:
        response = _refused(request, error)
    else:
        name = identity.email or identity.name
        began = await hub_of(request).sessions.begin(name, identity.role, "oidc", user_agent_of(request))
        response = signed_in(request, began, identity.return_to)
    response.delete_cookie(FLOW, path="/signin")
    return response


def provider_of(settings: Settings) -> Provider | None:
    """The provider of the settings, if there is one. Raises SettingsError for a file that holds no certificates."""
    return Provider(settings.oidc) if settings.oidc.enabled else None


def _provider(request: Request) -> Provider:
    """The one of this process, which remembers what it has found out. Raises NotFound."""
    provider: Provider | None = request.app.state.oidc_provider
    if provider is None:
        raise NotFound("path", request.url.path)
    return provider


def _redirect_uri(request: Request) -> str:
    """As the provider knows it."""
    return f"{hub_of(request).settings.dashboard_url}{CALLBACK}"


def _refused(request: Request, error: OidcSignInRefused) -> Response:
    story.tell("sign_in.failed", "warning", **story.asked(), via="oidc", code=error.code, detail=error.detail)
    words = translations(language_of(request)).ugettext(error.words) % error.values
    return page(request, 403, wrong=words)


ENDPOINTS = (
    ("GET", "/signin/oidc", failing_softly(begin)),
    ("GET", CALLBACK, failing_softly(finish)),
)
