"""/api/v1/mailings/preview, /api/v1/mailings/{id}/stats, /api/v1/mailings/{id}/deliveries"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import DeliveryPage, MailingStatistics, Preview
from notifyhub.requests import as_row_id
from notifyhub.requests.mailings import MailingRequest
from notifyhub.store import mailings, searches
from notifyhub.verbs import result_of
from notifyhub_api import filtering, list_tables, paging
from notifyhub_api.operations import CSV, Operation
from notifyhub_api.resources.deliveries import TABLE, place_of
from notifyhub_api.resources.examples import DELIVERY
from notifyhub_api.resources.mailing_examples import MAILING_STATISTICS, NEW_MAILING, PREVIEW
from notifyhub_api.resources.mailings import ID, TAG
from notifyhub_api.tabular import FORMAT, counted_as, format_of
from notifyhub_api.web import answer, body_of, hub_of


async def preview(request: Request) -> Response:
    """What a mailing would do."""
    return answer(await hub_of(request).mailings.preview_as(await body_of(request)))


async def stats(request: Request) -> Response:
    """The deliveries of a mailing, counted."""
    format_ = format_of(request)
    return counted_as(format_, await hub_of(request).mailings.stats(request.path_params["id"]))


async def deliveries(request: Request) -> Response:
    """The deliveries of a mailing by filters, newest first."""
    id_ = as_row_id("mailing", request.path_params["id"])
    await result_of(hub_of(request).ask(mailings.must_exist(id_)))
    return await filtering.page(request, searches.deliveries, place_of, int, DeliveryPage, id_, TABLE)


operations = (
    Operation(
        method="POST",
        path="/api/v1/mailings/preview",
        endpoint=preview,
        scope="read",
        tag=TAG,
        summary="What a mailing would do",
        description="Takes what creates a mailing and stores nothing. Every client of the audience is looked at, so a "
        "million take some 20 seconds. The rate of a channel is that of its fastest minute in the last hour; "
        "it is absent if that had fewer than 30 messages.",
        request=MailingRequest,
        answers={200: Preview},
        example_request=NEW_MAILING,
        example_answer=PREVIEW,
    ),
    Operation(
        method="GET",
        path="/api/v1/mailings/{id}/stats",
        endpoint=stats,
        scope="read",
        tag=TAG,
        summary="The deliveries of a mailing, counted",
        description="From counters that change with the deliveries, so it takes milliseconds for a million of them.",
        parameters=[ID, FORMAT],
        answers={200: MailingStatistics},
        tables=[CSV],
        example_answer=MAILING_STATISTICS,
    ),
    Operation(
        method="GET",
        path="/api/v1/mailings/{id}/deliveries",
        endpoint=deliveries,
        scope="read",
        tag=TAG,
        summary="The deliveries of a mailing by filters, newest first",
        description=filtering.DESCRIPTION,
        parameters=[ID, *filtering.OF_A_MAILING, list_tables.FORMAT],
        answers={200: DeliveryPage},
        tables=[CSV],
        headers=paging.HEADERS,
        example_answer={"items": [{**DELIVERY, "mailing_id": 3, "client_id": 7}]},
    ),
)
