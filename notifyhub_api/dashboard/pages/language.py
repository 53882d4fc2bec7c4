"""/language: in which language the pages are."""

from __future__ import annotations

from starlette.responses import Response

from notifyhub_api.dashboard.cookies import is_encrypted
from notifyhub_api.dashboard.languages import remember
from notifyhub_api.dashboard.local_paths import local_path
from notifyhub_api.dashboard.visit import Pages, Visit


async def choose(visit: Visit) -> Response:
    """Remember the language, and back to the page."""
    response = visit.go(local_path(visit.form.get("to", "/")))
    remember(response, visit.form.get("language", ""), secure=is_encrypted(visit.request))
    return response


GET: Pages = {}
POST: Pages = {"/language": choose}
