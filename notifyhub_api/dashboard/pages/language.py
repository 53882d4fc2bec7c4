"""/language: in which language the pages are."""

from __future__ import annotations

from starlette.responses import Response

from notifyhub_api.dashboard.languages import COOKIE, LANGUAGES
from notifyhub_api.dashboard.oidc.return_paths import local_path
from notifyhub_api.dashboard.visit import Pages, Visit

YEAR_S = 366 * 86_400


async def choose(visit: Visit) -> Response:
    """Remember the language, and back to the page."""
    response = visit.go(local_path(visit.form.get("to", "/")))
    chosen = visit.form.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie(COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="lax")
    return response


GET: Pages = {}
POST: Pages = {"/language": choose}
