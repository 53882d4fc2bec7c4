"""/api/v1/reachability"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Cleared, Reachability, ReachabilityPage
from notifyhub.domain.addresses import FORMS
from notifyhub.domain.reachability import REASONS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.ids import LARGEST_ID
from notifyhub.requests.reachability import AddressRequest
from notifyhub_api import list_tables, paging
from notifyhub_api.filtering import SEVERAL
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("reachability", "Addresses that nothing is sent to, and why.")
BLOCKED = {
    "id": 7,
    "channel": "telegram",
    "address": "1067000",
    "suppressed": False,
    "reason": "recipient_blocked",
    "words": "the person does not want messages from this sender",
    "source": "attempt",
    "learnt_at": "2026-11-28T11:06:31.885000Z",
    "expires_at": "2026-12-28T11:06:31.885000Z",
}
SUPPRESSED = {
    "id": 8,
    "channel": "telegram",
    "address": "1067000",
    "suppressed": True,
    "reason": "opted_out",
    "words": "the person opted out",
    "source": "operator",
    "learnt_at": "2026-11-28T11:06:31.885000Z",
}
ADDRESS = {"channel": "telegram", "address": "1067000"}


def _channels() -> dict[str, object]:
    return {"type": "array", "items": {"type": "string", "enum": [*FORMS]}}


async def find(request: Request) -> Response:
    """Entries by filters, newest first."""
    limit, before = paging.limit_of(request), paging.cursor_of(request, LARGEST_ID)
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    as_table = list_tables.wanted(request)
    for name in ("limit", "cursor", "format"):
        given.pop(name, None)
    if first := given.pop("before", [""])[-1]:
        before = _before(request, first)

    async def ask(seen: int, number: int) -> Sequence[Reachability]:
        return await hub_of(request).reachability.page(given, seen, number)

    if as_table:
        return await list_tables.numbered(request, list_tables.Table("reachability", Reachability), ask, before)
    # One more than requested shows whether there is a next page.
    found = await ask(before, limit + 1)
    cursor = paging.cursor_to(found[limit - 1].id) if len(found) > limit else None
    return answer(ReachabilityPage(items=[*found[:limit]], next=cursor), headers=paging.link_header(request, cursor))


def _before(request: Request, first: str) -> int:
    if "cursor" in request.query_params:
        raise InvalidRequest([Fault("$.before", "too_many", "goes without a cursor")])
    if not first.isascii() or not first.isdigit() or not 0 < int(first[:20]) <= LARGEST_ID:
        raise InvalidRequest([Fault("$.before", "form", "must be an id: a whole number")])
    return int(first)


async def suppress(request: Request) -> Response:
    """Suppress an address."""
    return answer(await hub_of(request).reachability.suppress_as(await body_of(request)))


async def clear(request: Request) -> Response:
    """Clear an address."""
    return answer(await hub_of(request).reachability.clear_as(await body_of(request)))


operations = (
    Operation(
        method="GET",
        path="/api/v1/reachability",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Addresses that nothing is sent to, newest first",
        description="What messengers said about people for good, and who opted out or was suppressed. Deliveries to "
        "these addresses fail at once with the same `reason`.",
        parameters=[
            Parameter("channel", "query", _channels, SEVERAL),
            Parameter("address", "query", {"type": "string"}, "in any form that its channel accepts"),
            Parameter("reason", "query", {"type": "string", "enum": [*REASONS]}, "why it is in the book"),
            Parameter("before", "query", {"type": "string"}, "id of the entry before the page; instead of `cursor`"),
            *paging.PARAMETERS,
            list_tables.FORMAT,
        ],
        answers={200: ReachabilityPage},
        tables=[CSV],
        headers=paging.HEADERS,
        example_answer={"items": [BLOCKED]},
    ),
    Operation(
        method="POST",
        path="/api/v1/reachability",
        endpoint=suppress,
        scope="send",
        tag=TAG,
        summary="Suppress an address",
        description="Nothing is sent to it any more, by any sender of the channel and whatever a message asks for, "
        "until it is cleared or the person opts in by a message. Deliveries fail with `opted_out`.",
        request=AddressRequest,
        answers={200: Reachability},
        example_request=ADDRESS,
        example_answer=SUPPRESSED,
    ),
    Operation(
        method="POST",
        path="/api/v1/reachability/clear",
        endpoint=clear,
        scope="send",
        tag=TAG,
        summary="Clear an address",
        description="Forgets everything about it, opt-outs too: messages are sent to it again.",
        request=AddressRequest,
        answers={200: Cleared},
        example_request=ADDRESS,
        example_answer={**ADDRESS, "cleared": 1},
    ),
)
