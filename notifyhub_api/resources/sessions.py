"""/api/v1/sessions and /api/v1/sign-in-links: who may use the dashboard."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import LoginLink, Session, SessionPage
from notifyhub.requests import ADMIN
from notifyhub.requests.sessions import LinkRequest
from notifyhub_api import list_tables
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.resources.examples import LOGIN_LINK, SESSION
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("sessions", "People who are signed in to the dashboard, and links that sign them in.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [2]}, "id of a session")


async def link(request: Request) -> Response:
    """Create a sign-in link."""
    return answer(await hub_of(request).sessions.link_as(await body_of(request)), 201)


async def every(request: Request) -> Response:
    """Everybody who is signed in."""
    found = await hub_of(request).sessions.list()
    if list_tables.wanted(request):
        return await list_tables.whole(request, list_tables.Table("sessions", Session), found)
    return answer(SessionPage(items=found))


async def revoke(request: Request) -> Response:
    """End a session."""
    return answer(await hub_of(request).sessions.revoke(request.path_params["id"]))


operations = (
    Operation(
        method="POST",
        path="/api/v1/sign-in-links",
        endpoint=link,
        scope=ADMIN,
        tag=TAG,
        summary="Create a link that signs somebody in to the dashboard once",
        description="`url` is in this response and nowhere else: only a hash is stored. For that reason "
        "`Idempotency-Key` is not supported here.",
        request=LinkRequest,
        answers={201: LoginLink},
        once="never",
        example_request={"name": "Anna", "role": "operator", "valid_s": 3600},
        example_answer=LOGIN_LINK,
    ),
    Operation(
        method="GET",
        path="/api/v1/sessions",
        endpoint=every,
        scope=ADMIN,
        tag=TAG,
        summary="Everybody who is signed in to the dashboard",
        description="Those who signed in first at the beginning.",
        parameters=[list_tables.FORMAT],
        tables=[CSV],
        answers={200: SessionPage},
        example_answer={"items": [SESSION]},
    ),
    Operation(
        method="POST",
        path="/api/v1/sessions/{id}/revoke",
        endpoint=revoke,
        scope=ADMIN,
        tag=TAG,
        summary="End a session",
        description="All processes refuse it from then on.",
        parameters=[ID],
        answers={200: Session},
        example_answer=SESSION,
    ),
)
