"""/api/v1/audit"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import AuditEntry, AuditPage
from notifyhub.clock import to_ms
from notifyhub.domain.audit import ACTIONS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.hub.core import Core
from notifyhub.requests import ADMIN, as_row_id
from notifyhub.requests.audit import AuditFilters, audit_filters
from notifyhub.requests.fields import REFERENCE
from notifyhub.requests.ids import LARGEST_ID
from notifyhub.store import audit
from notifyhub.verbs import result_of
from notifyhub_api import list_tables, paging
from notifyhub_api.filtering import MOMENT, SEVERAL, with_plus
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.web import answer, hub_of

TAG = Tag("audit", "Who did what: by which API key, on the command line, in Python or in the dashboard.")
TABLE = list_tables.Table("audit", AuditEntry)
PAUSED = {
    "id": 17,
    "created_at": "2026-11-29T11:06:31.885000Z",
    "face": "rest",
    "who": "shop",
    "key_id": 2,
    "action": "mailing.paused",
    "about": {"kind": "mailing", "id": "3"},
    "request_id": "01a1fdc9-524d-76a2-a653-642f75c95fee",
}


async def find(request: Request) -> Response:
    """Lines by filters, newest first."""
    limit, cursor, given, faults = paging.page_of(request)
    as_table = list_tables.wanted(request)
    given.pop("format", None)
    first = given.pop("before", [""])[-1]
    for name in ("created_from", "created_to"):
        given[name] = [with_plus(value) for value in given.get(name, ())]
    filters, wrong = audit_filters(given)
    before = None if cursor is None else (cursor[0], _number(cursor[1], faults))
    if first and before is not None:
        faults.append(Fault("$.before", "too_many", "goes without a cursor"))
    if faults or wrong:
        raise InvalidRequest([*wrong, *faults])
    hub = hub_of(request)
    if first:
        before = await result_of(hub.ask(audit.place(as_row_id("line of the audit", first))))
    if as_table:
        return await list_tables.tabled(request, TABLE, _part(hub, filters), before)
    # One more than requested shows whether there is a next page.
    found = await result_of(hub.ask(audit.page(filters, before, limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    next_ = None if last is None else paging.cursor_to_place(to_ms(last.created_at), last.id, filters.order)
    return answer(AuditPage(items=found[:limit], next=next_), headers=paging.link_header(request, next_))


def _part(
    hub: Core, filters: AuditFilters
) -> Callable[[audit.Place | None], Awaitable[tuple[Sequence[AuditEntry], audit.Place | None]]]:
    """The lines after a place, and the place to go on from, if that is not the end."""

    async def part(place: audit.Place | None) -> tuple[Sequence[AuditEntry], audit.Place | None]:
        found = await result_of(hub.ask(audit.page(filters, place, list_tables.SLICE)))
        full = len(found) == list_tables.SLICE
        return found, (to_ms(found[-1].created_at), found[-1].id) if full else None

    return part


def _number(id_: str, faults: list[Fault]) -> int:
    if id_.isdigit() and int(id_) <= LARGEST_ID:
        return int(id_)
    faults.append(paging.FOREIGN)
    return 0


operations = (
    Operation(
        method="GET",
        path="/api/v1/audit",
        endpoint=find,
        scope=ADMIN,
        tag=TAG,
        summary="Who did what, newest first",
        description="Everything that somebody changed: keys, clients, mailings, templates, messages, reachability; "
        "exports of clients; and who signed in to the dashboard. Messages that are sent are not listed here. Each "
        "line is stored together with its change.",
        parameters=[
            Parameter("who", "query", REFERENCE, "name of an API key, of an account on the machine, or of a person"),
            Parameter(
                "action", "query", {"type": "array", "items": {"type": "string", "enum": sorted(ACTIONS)}}, SEVERAL
            ),
            Parameter("about", "query", {"type": "string"}, "a kind, or a kind and an id: `mailing`, `mailing:3`"),
            Parameter("created_from", "query", MOMENT, "done at this time or later; with a UTC offset (`+` as `%2B`)"),
            Parameter("created_to", "query", MOMENT, "done before this time; with a UTC offset (`+` as `%2B`)"),
            Parameter("before", "query", {"type": "string"}, "id of the line before the page; instead of `cursor`"),
            paging.ORDER,
            *paging.PARAMETERS,
            list_tables.FORMAT,
        ],
        answers={200: AuditPage},
        tables=[CSV],
        headers=paging.HEADERS,
        refusals=[404],
        example_answer={"items": [PAUSED]},
    ),
)
