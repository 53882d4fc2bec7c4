"""/api/v1/webhooks/{id}/…: what was posted, and what is to be posted once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Post, PostPage, Reposted
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import ADMIN
from notifyhub.requests.ids import LARGEST_ID
from notifyhub.requests.webhooks import ReplayRequest
from notifyhub.store.webhook_replays import STATES
from notifyhub_api import list_tables, paging
from notifyhub_api.operations import CSV, Operation, Parameter
from notifyhub_api.resources.webhooks import ID, TAG
from notifyhub_api.web import answer, body_of, hub_of

POST: dict[str, Any] = {
    "id": 5,
    "event_id": "01a1fdc9-524d-7b3c-9d2f-7a0000000011",
    "event_type": "delivery.failed",
    "state": "waiting",
    "due_at": "2026-11-21T11:06:37.001000Z",
    "created_at": "2026-11-21T11:06:31.931000Z",
    "tries": [
        {
            "number": 1,
            "started_at": "2026-11-21T11:06:31.940000Z",
            "duration_ms": 12,
            "status": 503,
            "error": "it answered 503",
            "answer": "down for maintenance",
        }
    ],
}


async def test(request: Request) -> Response:
    """Post a test event."""
    return answer(await hub_of(request).webhooks.test(request.path_params["id"]))


async def posts(request: Request) -> Response:
    """Posts of a webhook, newest first."""
    limit, before = paging.limit_of(request), paging.cursor_of(request, LARGEST_ID)
    if first := request.query_params.get("before"):
        before = _before(request, first)
    state = request.query_params.get("state")

    async def ask(seen: int, number: int) -> Sequence[Post]:
        return await hub_of(request).webhooks.posts_page(request.path_params["id"], state, seen, number)

    if list_tables.wanted(request):
        return await list_tables.numbered(request, list_tables.Table("posts", Post), ask, before)
    # One more than requested shows whether there is a next page.
    found = await ask(before, limit + 1)
    cursor = paging.cursor_to(found[limit - 1].id) if len(found) > limit else None
    return answer(PostPage(items=[*found[:limit]], next=cursor), headers=paging.link_header(request, cursor))


async def replay(request: Request) -> Response:
    """Post events once more."""
    body = await body_of(request)
    return answer(await hub_of(request).webhooks.replay_as(request.path_params["id"], body))


async def retry(request: Request) -> Response:
    """Try at once what was given up, or waits."""
    return answer(await hub_of(request).webhooks.retry(request.path_params["id"]))


def _before(request: Request, first: str) -> int:
    if "cursor" in request.query_params:
        raise InvalidRequest([Fault("$.before", "too_many", "goes without a cursor")])
    if not first.isascii() or not first.isdigit() or not 0 < int(first[:20]) <= LARGEST_ID:
        raise InvalidRequest([Fault("$.before", "form", "must be an id: a whole number")])
    return int(first)


operations = (
    Operation(
        method="POST",
        path="/api/v1/webhooks/{id}/test",
        endpoint=test,
        scope=ADMIN,
        tag=TAG,
        summary="Post the event webhook.tested to a webhook",
        description="A process that delivers posts it a moment later; `posts` shows the answer.",
        parameters=[ID],
        answers={200: Post},
        example_answer={**POST, "event_type": "webhook.tested", "tries": []},
    ),
    Operation(
        method="GET",
        path="/api/v1/webhooks/{id}/posts",
        endpoint=posts,
        scope="read",
        tag=TAG,
        summary="Events for a webhook with each call that was made, newest first",
        parameters=[
            ID,
            Parameter("state", "query", {"type": "string", "enum": [*STATES]}, "only posts in this state"),
            Parameter("before", "query", {"type": "string"}, "id of the post before the page; instead of `cursor`"),
            *paging.PARAMETERS,
            list_tables.FORMAT,
        ],
        answers={200: PostPage},
        tables=[CSV],
        headers=paging.HEADERS,
        example_answer={"items": [POST]},
    ),
    Operation(
        method="POST",
        path="/api/v1/webhooks/{id}/replay",
        endpoint=replay,
        scope=ADMIN,
        tag=TAG,
        summary="Post events once more: one, or all from a time on",
        description="With the same `webhook-id` as before, so that a receiver can tell that it has them already.",
        parameters=[ID],
        request=ReplayRequest,
        answers={200: Reposted},
        example_request={"since": "2026-11-21T09:00:00Z"},
        example_answer={"id": 1, "posts": 42},
    ),
    Operation(
        method="POST",
        path="/api/v1/webhooks/{id}/retry",
        endpoint=retry,
        scope=ADMIN,
        tag=TAG,
        summary="Try at once what was given up, and what waits for its next try",
        parameters=[ID],
        answers={200: Reposted},
        example_answer={"id": 1, "posts": 3},
    ),
)
