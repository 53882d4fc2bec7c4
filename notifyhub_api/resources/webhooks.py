"""/api/v1/webhooks"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import DeletedWebhook, Webhook, WebhookPage
from notifyhub.requests import ADMIN
from notifyhub.requests.webhooks import WebhookChangeRequest, WebhookRequest
from notifyhub_api import list_tables, paging
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("webhooks", "Endpoints of yours that events are posted to, signed as Standard Webhooks describe.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [1]}, "id of a webhook")
TABLE = list_tables.Table("webhooks", Webhook, ("secret",))
BEFORE_THE_FIRST = 0
NEW: dict[str, Any] = {"url": "https://shop.example/hooks", "events": ["delivery.*", "person.wrote"]}
WEBHOOK: dict[str, Any] = {
    "id": 1,
    **NEW,
    "enabled": True,
    "created_at": "2026-11-21T11:06:31.885000Z",
    "updated_at": "2026-11-21T11:06:31.885000Z",
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105 (an example)


async def create(request: Request) -> Response:
    """Create a webhook."""
    webhook = await hub_of(request).webhooks.create_as(await body_of(request))
    return answer(webhook, 201, headers={"Location": f"/api/v1/webhooks/{webhook.id}"})


async def every(request: Request) -> Response:
    """Webhooks in the order of their ids, page by page."""
    limit, after = paging.limit_of(request), paging.cursor_of(request, BEFORE_THE_FIRST)
    if list_tables.wanted(request):
        return await list_tables.numbered(request, TABLE, hub_of(request).webhooks.page, after)
    # One more than requested shows whether there is a next page.
    found = await hub_of(request).webhooks.page(after, limit + 1)
    cursor = paging.cursor_to(found[limit - 1].id) if len(found) > limit else None
    return answer(WebhookPage(items=found[:limit], next=cursor), headers=paging.link_header(request, cursor))


async def read(request: Request) -> Response:
    """A webhook."""
    return answer(await hub_of(request).webhooks.get(request.path_params["id"]))


async def change(request: Request) -> Response:
    """Change a webhook."""
    body = await body_of(request)
    return answer(await hub_of(request).webhooks.update_as(request.path_params["id"], body))


async def rotate(request: Request) -> Response:
    """Give a webhook a new secret."""
    return answer(await hub_of(request).webhooks.rotate(request.path_params["id"]))


async def delete(request: Request) -> Response:
    """Delete a webhook."""
    return answer(await hub_of(request).webhooks.delete(request.path_params["id"]))


operations = (
    Operation(
        method="POST",
        path="/api/v1/webhooks",
        endpoint=create,
        scope=ADMIN,
        tag=TAG,
        summary="Create a webhook",
        description="`secret` is in this response and in none to come. The URL must be public: its addresses are "
        "checked now and for each call, and redirects are not followed. For networks of your own see "
        "`NOTIFYHUB_WEBHOOK_PRIVATE_ADDRESSES`. Because of the secret `Idempotency-Key` is not supported here.",
        request=WebhookRequest,
        answers={201: Webhook},
        headers={"Location": "path of the webhook"},
        refusals=[409],
        once="never",
        example_request=NEW,
        example_answer={**WEBHOOK, "secret": SECRET},
    ),
    Operation(
        method="GET",
        path="/api/v1/webhooks",
        endpoint=every,
        scope="read",
        tag=TAG,
        summary="All webhooks, page by page",
        parameters=[*paging.PARAMETERS, list_tables.FORMAT],
        answers={200: WebhookPage},
        tables=[CSV],
        headers=paging.HEADERS,
        example_answer={"items": [WEBHOOK]},
    ),
    Operation(
        method="GET",
        path="/api/v1/webhooks/{id}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="A webhook",
        parameters=[ID],
        answers={200: Webhook},
        example_answer=WEBHOOK,
    ),
    Operation(
        method="PATCH",
        path="/api/v1/webhooks/{id}",
        endpoint=change,
        scope=ADMIN,
        tag=TAG,
        summary="Change, disable or enable a webhook",
        description="Members that are not given stay. Nothing is posted to a disabled webhook; its events are kept, "
        "and can be replayed once it is enabled again.",
        parameters=[ID],
        request=WebhookChangeRequest,
        answers={200: Webhook},
        example_request={"enabled": False},
        example_answer={**WEBHOOK, "enabled": False, "disabled_reason": "operator"},
    ),
    Operation(
        method="POST",
        path="/api/v1/webhooks/{id}/rotate",
        endpoint=rotate,
        scope=ADMIN,
        tag=TAG,
        summary="Give a webhook a new secret",
        description="For a day posts have two signatures, by the new and by the former secret. `secret` is in this "
        "response and in none to come, so `Idempotency-Key` is not supported here.",
        parameters=[ID],
        answers={200: Webhook},
        once="never",
        example_answer={**WEBHOOK, "secret": SECRET, "old_secret_until": "2026-11-22T11:06:31.885000Z"},
    ),
    Operation(
        method="DELETE",
        path="/api/v1/webhooks/{id}",
        endpoint=delete,
        scope=ADMIN,
        tag=TAG,
        summary="Delete a webhook, and what is still to be posted to it",
        parameters=[ID],
        answers={200: DeletedWebhook},
        example_answer={"id": 1, "dropped": 0},
    ),
)
