"""/api/v1/keys"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Key, KeyPage
from notifyhub.requests import ADMIN, KeyRequest
from notifyhub.store import keys
from notifyhub.verbs import result_of
from notifyhub_api import list_tables, paging
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.resources.examples import KEY, NEW_KEY
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("keys", "API keys: who may call what, until when and how often.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [2]}, "id of a key")
BEFORE_THE_FIRST = 0


async def create(request: Request) -> Response:
    """Create a key."""
    key = await hub_of(request).keys.create_as(await body_of(request))
    return answer(key, 201, headers={"Location": f"/api/v1/keys/{key.id}"})


async def every(request: Request) -> Response:
    """Keys in the order of their ids, including revoked ones, page by page."""
    limit, after = paging.limit_of(request), paging.cursor_of(request, BEFORE_THE_FIRST)

    async def ask(seen: int, number: int) -> list[Key]:
        return await result_of(hub_of(request).ask(keys.page(seen, number)))

    if list_tables.wanted(request):
        return await list_tables.numbered(request, list_tables.Table("keys", Key, ("key",)), ask, after)
    # One more than requested shows whether there is a next page.
    found = await ask(after, limit + 1)
    cursor = paging.cursor_to(found[limit - 1].id) if len(found) > limit else None
    return answer(KeyPage(items=found[:limit], next=cursor), headers=paging.link_header(request, cursor))


async def read(request: Request) -> Response:
    """A key, revoked or not."""
    return answer(await hub_of(request).keys.get(request.path_params["id"]))


async def revoke(request: Request) -> Response:
    """Revoke a key."""
    return answer(await hub_of(request).keys.revoke(request.path_params["id"]))


operations = (
    Operation(
        method="POST",
        path="/api/v1/keys",
        endpoint=create,
        scope=ADMIN,
        tag=TAG,
        summary="Create a key",
        description="`key` is in this response and nowhere else: only its hash is stored. For that reason "
        "`Idempotency-Key` is not supported here; if the response is lost, find the key by its name and "
        "revoke it.",
        request=KeyRequest,
        answers={201: Key},
        headers={"Location": "path of the key"},
        once="never",
        example_request=NEW_KEY,
        example_answer={**KEY, "key": "nh_a1B2c3yYakyAQ7C_p0Ol_f4fLu5tuGCNXETUhb6jkxJ"},
    ),
    Operation(
        method="GET",
        path="/api/v1/keys",
        endpoint=every,
        scope=ADMIN,
        tag=TAG,
        summary="All keys, page by page",
        description="In the order of their ids, including revoked and expired keys.",
        parameters=[*paging.PARAMETERS, list_tables.FORMAT],
        answers={200: KeyPage},
        tables=[CSV],
        headers=paging.HEADERS,
        example_answer={"items": [KEY], "next": "Mg=="},
    ),
    Operation(
        method="GET",
        path="/api/v1/keys/{id}",
        endpoint=read,
        scope=ADMIN,
        tag=TAG,
        summary="A key",
        parameters=[ID],
        answers={200: Key},
        example_answer={**KEY, "last_used_at": "2026-11-21T11:07:00Z"},
    ),
    Operation(
        method="POST",
        path="/api/v1/keys/{id}/revoke",
        endpoint=revoke,
        scope=ADMIN,
        tag=TAG,
        summary="Revoke a key",
        description="All processes refuse it from then on. It stays in the list. The last key may be revoked too: "
        "`notifyhub key create` creates another.",
        parameters=[ID],
        answers={200: Key},
        example_answer={**KEY, "revoked_at": "2026-11-21T11:08:09.010000Z"},
    ),
)
