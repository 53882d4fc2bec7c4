"""/api/v1/mailings"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import CancelledMailing, Mailing, MailingPage, Message, RetriedMailing
from notifyhub.domain.mailings import MailingStatus
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.client_lists import LONGEST_SEARCH
from notifyhub.requests.filters import unknown_filters
from notifyhub.requests.mailing_lists import NAMES, mailing_filters
from notifyhub.requests.mailing_tests import MailingTestRequest
from notifyhub.requests.mailings import MailingChangeRequest, MailingRequest
from notifyhub.store import mailings
from notifyhub.verbs import result_of
from notifyhub_api import list_tables, paging
from notifyhub_api.filtering import SEVERAL
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.resources.examples import MESSAGE
from notifyhub_api.resources.mailing_examples import MAILING, NEW_MAILING
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("mailings", "One text for an audience of the directory, between a start and an end.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [3]}, "id of a mailing")
STATUS = Parameter("status", "query", {"type": "array", "items": {"type": "string", "enum": [*MailingStatus]}}, SEVERAL)
SEARCH = Parameter(
    "search", "query", {"type": "string", "maxLength": LONGEST_SEARCH}, "part of a name, a text or a reference"
)
BEFORE = Parameter("before", "query", {"type": "string"}, "id of the mailing before the page; instead of `cursor`")
PAGING = ("before", "cursor", "format", "limit", "order")


async def create(request: Request) -> Response:
    """Create a mailing."""
    mailing = await hub_of(request).mailings.create_as(await body_of(request))
    return answer(mailing, 201, headers={"Location": f"/api/v1/mailings/{mailing.id}"})


async def find(request: Request) -> Response:
    """Mailings, newest first."""
    given = request.query_params
    if unknown := unknown_filters([name for name in given if name not in PAGING], NAMES):
        raise InvalidRequest(unknown)
    filters = mailing_filters(given.getlist("status"), " ".join(given.getlist("search")))
    limit, order = paging.limit_of(request), paging.order_of(request)
    before = paging.cursor_of(request, order.start, order)
    if first := given.get("before"):
        if "cursor" in given:
            raise InvalidRequest([Fault("$.before", "too_many", "goes without a cursor")])
        before = (await hub_of(request).mailings.get(first)).id

    async def ask(seen: int, number: int) -> list[Mailing]:
        return await result_of(hub_of(request).ask(mailings.page(filters, seen, number, order)))

    if list_tables.wanted(request):
        return await list_tables.numbered(request, list_tables.Table("mailings", Mailing), ask, before)
    # One more than requested shows whether there is a next page.
    found = await ask(before, limit + 1)
    cursor = paging.cursor_to(found[limit - 1].id, order) if len(found) > limit else None
    return answer(MailingPage(items=found[:limit], next=cursor), headers=paging.link_header(request, cursor))


async def read(request: Request) -> Response:
    """A mailing."""
    return answer(await hub_of(request).mailings.get(request.path_params["id"]))


async def change(request: Request) -> Response:
    """Change a mailing."""
    body = await body_of(request)
    return answer(await hub_of(request).mailings.update_as(request.path_params["id"], body))


async def delete(request: Request) -> Response:
    """Delete a mailing."""
    return answer(await hub_of(request).mailings.delete(request.path_params["id"]))


async def test(request: Request) -> Response:
    """Send a mailing to a few people first."""
    body = await body_of(request)
    message = await hub_of(request).mailings.test_as(request.path_params["id"], body)
    return answer(message, 202, headers={"Location": f"/api/v1/messages/{message.id}"})


async def start(request: Request) -> Response:
    """Start a mailing."""
    return answer(await hub_of(request).mailings.start(request.path_params["id"]))


async def pause(request: Request) -> Response:
    """Pause a mailing."""
    return answer(await hub_of(request).mailings.pause(request.path_params["id"]))


async def resume(request: Request) -> Response:
    """Resume a mailing."""
    return answer(await hub_of(request).mailings.resume(request.path_params["id"]))


async def cancel(request: Request) -> Response:
    """Cancel a mailing."""
    return answer(await hub_of(request).mailings.cancel(request.path_params["id"]))


async def retry_failed(request: Request) -> Response:
    """Try again what failed of a mailing."""
    return answer(await hub_of(request).mailings.retry_failed(request.path_params["id"]))


operations = (
    Operation(
        method="POST",
        path="/api/v1/mailings",
        endpoint=create,
        scope="send",
        tag=TAG,
        summary="Create a mailing",
        description="It starts by itself at `starts_at`, or at once; the clients of the audience are chosen then. "
        "`draft` stores it only.",
        request=MailingRequest,
        answers={201: Mailing},
        headers={"Location": "path of the mailing"},
        example_request=NEW_MAILING,
        example_answer=MAILING,
    ),
    Operation(
        method="GET",
        path="/api/v1/mailings",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Mailings, newest first",
        parameters=[STATUS, SEARCH, BEFORE, paging.ORDER, *paging.PARAMETERS, list_tables.FORMAT],
        answers={200: MailingPage},
        tables=[CSV],
        refusals=[404],
        headers=paging.HEADERS,
        example_answer={"items": [MAILING]},
    ),
    Operation(
        method="GET",
        path="/api/v1/mailings/{id}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="A mailing",
        parameters=[ID],
        answers={200: Mailing},
        example_answer=MAILING,
    ),
    Operation(
        method="PATCH",
        path="/api/v1/mailings/{id}",
        endpoint=change,
        scope="send",
        tag=TAG,
        summary="Change a mailing",
        description="Before it starts everything can be changed. While it runs or is paused: `name`, `ends_at`, "
        "`priority`, `rate`, `reference` and `metadata`. When it has ended: nothing. Null restores the default.",
        parameters=[ID],
        request=MailingChangeRequest,
        answers={200: Mailing},
        refusals=[409],
        example_request={"ends_at": "2026-12-24T18:00:00+03:00"},
        example_answer={**MAILING, "ends_at": "2026-12-24T15:00:00Z"},
    ),
    Operation(
        method="DELETE",
        path="/api/v1/mailings/{id}",
        endpoint=delete,
        scope="send",
        tag=TAG,
        summary="Delete a mailing",
        description="It is cancelled if it has not ended, and no longer listed. Its deliveries stay in the statistics.",
        parameters=[ID],
        answers={200: CancelledMailing},
        example_answer={"id": 3, "status": "cancelled", "cancelled": 118, "too_late": 2},
    ),
    Operation(
        method="POST",
        path="/api/v1/mailings/{id}/test",
        endpoint=test,
        scope="send",
        tag=TAG,
        summary="Send a mailing to a few people first",
        description="Clients of the directory, other people, or both, up to 10 together. Each gets its text on the "
        "channels on which the mailing would reach them, now, as an ordinary message with the metadata "
        "`test_of_mailing`. It may be repeated, is not counted in the mailing's statistics, and the mailing reaches "
        "the same people nevertheless. A mailing that has ended cannot be tested.",
        parameters=[ID],
        request=MailingTestRequest,
        answers={202: Message},
        headers={"Location": "path of the message"},
        example_request={"clients": [7], "recipients": [{"telegram": "1067000"}]},
        example_answer={
            **{name: value for name, value in MESSAGE.items() if name != "deliveries"},
            "text": NEW_MAILING["text"],
            "metadata": {"test_of_mailing": 3},
        },
    ),
    Operation(
        method="POST",
        path="/api/v1/mailings/{id}/start",
        endpoint=start,
        scope="send",
        tag=TAG,
        summary="Start a mailing",
        description="It starts at once, whatever `starts_at` says; but a draft with a later `starts_at` is scheduled "
        "for it.",
        parameters=[ID],
        answers={200: Mailing},
        example_answer={**MAILING, "status": "running"},
    ),
    Operation(
        method="POST",
        path="/api/v1/mailings/{id}/pause",
        endpoint=pause,
        scope="send",
        tag=TAG,
        summary="Pause a mailing",
        description="Within two seconds no further call is made for it.",
        parameters=[ID],
        answers={200: Mailing},
        example_answer={**MAILING, "status": "paused"},
    ),
    Operation(
        method="POST",
        path="/api/v1/mailings/{id}/resume",
        endpoint=resume,
        scope="send",
        tag=TAG,
        summary="Resume a mailing",
        description="It goes on where it was.",
        parameters=[ID],
        answers={200: Mailing},
        example_answer={**MAILING, "status": "running"},
    ),
    Operation(
        method="POST",
        path="/api/v1/mailings/{id}/cancel",
        endpoint=cancel,
        scope="send",
        tag=TAG,
        summary="Cancel a mailing",
        description="What has not been sent will not be. A mailing that has ended cannot be cancelled.",
        parameters=[ID],
        answers={200: CancelledMailing},
        example_answer={"id": 3, "status": "cancelled", "cancelled": 118, "too_late": 2},
    ),
    Operation(
        method="POST",
        path="/api/v1/mailings/{id}/retry-failed",
        endpoint=retry_failed,
        scope="send",
        tag=TAG,
        summary="Try again what failed of a mailing",
        description="Only to those for whom it failed, with all attempts available again. A finished mailing runs "
        "again; a cancelled or expired one does not.",
        parameters=[ID],
        answers={200: RetriedMailing},
        example_answer={"id": 3, "status": "running", "retried": 7, "duplicates": 0},
    ),
)
