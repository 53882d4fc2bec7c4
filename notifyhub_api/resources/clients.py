"""/api/v1/clients"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import AudienceCount, Client, ClientPage, DeletedClient, Import
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import AudienceRequest, ClientChangeRequest, ClientRequest, client_filters
from notifyhub.store import clients
from notifyhub.verbs import result_of
from notifyhub_api import paging
from notifyhub_api.filtering import SEVERAL
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.resources.examples import CLIENT, NEW_CLIENT
from notifyhub_api.streaming import streamed
from notifyhub_api.uploads import file_of
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("clients", "The directory: the people whom mailings are sent to.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [7]}, "id of a client")

_WORDS = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 255}}
FILTERS: tuple[Parameter, ...] = (
    Parameter("phone", "query", {"type": "array", "items": {"type": "string"}}, "one or more phones"),
    Parameter("operator_code", "query", _WORDS, SEVERAL.replace(" or separate them by commas", "")),
    Parameter("tag", "query", _WORDS, "one or more tags, as alternatives; repeat the parameter"),
    Parameter("timezone", "query", {"type": "array", "items": {"type": "string"}}, "one or more time zones"),
    Parameter(
        "search",
        "query",
        {"type": "string", "maxLength": 255},
        "part of a phone, an address or an attribute, or a whole tag",
    ),
)
PAGING = (
    Parameter("before", "query", {"type": "string"}, "id of the client before the page; instead of `cursor`"),
    paging.ORDER,
    *paging.PARAMETERS,
)

_YES_NO = {"type": "string", "enum": ["true", "false"]}
_FORMATS = {"type": "string", "enum": ["csv", "jsonl"]}
MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
IMPORTING = (
    Parameter("dry_run", "query", _YES_NO, "check everything, store nothing"),
    Parameter("format", "query", _FORMATS, "default: recognised"),
    Parameter("encoding", "query", {"type": "string"}, "such as windows-1251; default: recognised"),
    Parameter("separator", "query", {"type": "string"}, "of the cells of a CSV file; default: recognised"),
)
EXPORTING = (
    Parameter("format", "query", _FORMATS, "default: csv"),
    Parameter(
        "excel", "query", _YES_NO, "CSV with a byte order mark, separated by semicolons, which a double click opens"
    ),
)


async def create(request: Request) -> Response:
    """Add a client."""
    client = await hub_of(request).clients.create_as(await body_of(request))
    return answer(client, 201, headers={"Location": f"/api/v1/clients/{client.id}"})


async def find(request: Request) -> Response:
    """Clients by filters, newest first."""
    given = _given(request)
    first = given.pop("before", [""])[-1]
    for name in ("limit", "order"):
        given.pop(name, None)
    if given.pop("cursor", None) and first:
        raise InvalidRequest([Fault("$.before", "too_many", "goes without a cursor")])
    filters, faults = client_filters(given, hub_of(request).settings.default_region)
    if faults:
        raise InvalidRequest(faults)
    limit, order = paging.limit_of(request), paging.order_of(request)
    before = paging.cursor_of(request, order.start, order)
    if first:
        before = (await hub_of(request).clients.get(first)).id
    # One more than requested shows whether there is a next page.
    question = clients.page(filters.audience, filters.search, before, limit + 1, order)
    found = await result_of(hub_of(request).ask(question))
    cursor = paging.cursor_to(found[limit - 1].id, order) if len(found) > limit else None
    return answer(ClientPage(items=found[:limit], next=cursor), headers=paging.link_header(request, cursor))


async def count(request: Request) -> Response:
    """How many clients an audience has."""
    return answer(await hub_of(request).clients.count_as(await body_of(request)))


async def import_(request: Request) -> Response:
    """Import clients."""
    given = request.query_params
    _check_choices(given)
    done = await hub_of(request).clients.import_table(
        file_of(request),
        dry_run=given.get("dry_run") == "true",
        format=given.get("format"),  # type: ignore[arg-type]
        encoding=given.get("encoding"),
        separator=given.get("separator"),
    )
    return answer(done)


async def export(request: Request) -> Response:
    """Export clients."""
    _check_choices(request.query_params)
    filters = _given(request)
    format = filters.pop("format", ["csv"])[-1]
    excel = filters.pop("excel", ["false"])[-1] == "true"
    parts = await hub_of(request).clients.parts(filters, format, excel)  # type: ignore[arg-type]
    return await streamed(request, (part.text for part in parts), MEDIA[format], f"clients.{format}")


def _given(request: Request) -> dict[str, list[str]]:
    """The parameters of the query."""
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    return given


def _check_choices(given: Mapping[str, str]) -> None:
    """Raises InvalidRequest for a choice that there is not."""
    choices = {"dry_run": ("true", "false"), "excel": ("true", "false"), "format": tuple(MEDIA)}
    faults = [
        Fault(f"$.{name}", "unknown_value", f"must be {' or '.join(known)}")
        for name, known in choices.items()
        if name in given and given[name] not in known
    ]
    if faults:
        raise InvalidRequest(faults)


async def read(request: Request) -> Response:
    """A client."""
    return answer(await hub_of(request).clients.get(request.path_params["id"]))


async def change(request: Request) -> Response:
    """Change a client."""
    body = await body_of(request)
    return answer(await hub_of(request).clients.update_as(request.path_params["id"], body))


async def delete(request: Request) -> Response:
    """Delete a client."""
    return answer(await hub_of(request).clients.delete(request.path_params["id"]))


operations = (
    Operation(
        method="POST",
        path="/api/v1/clients",
        endpoint=create,
        scope="send",
        tag=TAG,
        summary="Add a client",
        description="A single `tag` is accepted for `tags`. 409 if a client has this phone already.",
        request=ClientRequest,
        answers={201: Client},
        headers={"Location": "path of the client"},
        example_request=NEW_CLIENT,
        example_answer=CLIENT,
    ),
    Operation(
        method="GET",
        path="/api/v1/clients",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Clients by filters, newest first",
        description="Several values of one filter are alternatives; different filters must all match.",
        parameters=[*FILTERS, *PAGING],
        answers={200: ClientPage},
        refusals=[404],
        headers=paging.HEADERS,
        example_answer={"items": [CLIENT]},
    ),
    Operation(
        method="POST",
        path="/api/v1/clients/count",
        endpoint=count,
        scope="read",
        tag=TAG,
        summary="How many clients an audience has",
        description="The filter is that of a mailing. `POST /api/v1/mailings/preview` tells more, and takes longer: it "
        "looks at each client.",
        request=AudienceRequest,
        answers={200: AudienceCount},
        example_request={"audience": {"tag": ["vip"]}},
        example_answer={"audience": {"tag": ["vip"]}, "audience_words": "tag vip", "matched": 1200},
    ),
    Operation(
        method="POST",
        path="/api/v1/clients/import",
        endpoint=import_,
        scope="send",
        tag=TAG,
        summary="Import clients from a table",
        description="CSV with a head (`phone`, `operator_code`, `tags`, `timezone`, `opted_out`, `addresses.telegram`, "
        "`attributes.city`, …), or JSON Lines of clients. Format, encoding and separator are recognised. A client "
        "whose phone is in the directory is changed: what a row gives is replaced, the rest stays. Of `addresses` and "
        "`attributes` that goes member by member: an empty cell, or null, removes one, and those without a column or "
        "member stay. Rows that are wrong are left out and named; the others are kept. Several tags in a cell are "
        "separated by `;` or `,`, or are a JSON array. A cell of an attribute that is JSON is taken as such, anything "
        "else is text. The file may have up to NOTIFYHUB_MAX_IMPORT_BYTES.",
        parameters=IMPORTING,
        media=("text/csv", "application/x-ndjson", "application/octet-stream"),
        answers={200: Import},
        example_answer={
            "format": "csv",
            "encoding": "windows-1251",
            "separator": ";",
            "dry_run": False,
            "rows": 3,
            "created": 1,
            "updated": 1,
            "failed": 1,
            "errors": [{"line": 3, "field": "timezone", "message": "is not a time zone"}],
        },
    ),
    Operation(
        method="GET",
        path="/api/v1/clients/export",
        endpoint=export,
        scope="read",
        tag=TAG,
        summary="Clients as a table",
        description="What an import takes, as CSV or JSON Lines in UTF-8, in the order in which clients were added. In "
        "CSV, text that would be read as a number, another kind of JSON or a formula is a JSON string. An attribute "
        "that is null is left out, and so is one whose name is new while the export runs. The answer is streamed; "
        "one that breaks off is incomplete. Filters are those of the list.",
        parameters=[*EXPORTING, *FILTERS],
        tables=tuple(MEDIA.values()),
        headers={"Content-Disposition": "name of the file"},
    ),
    Operation(
        method="GET",
        path="/api/v1/clients/{id}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="A client",
        parameters=[ID],
        answers={200: Client},
        example_answer=CLIENT,
    ),
    Operation(
        method="PATCH",
        path="/api/v1/clients/{id}",
        endpoint=change,
        scope="send",
        tag=TAG,
        summary="Change a client",
        description="Members that are left out stay as they are; lists and objects are replaced; null restores the "
        "default. What waits to be sent follows: it goes to the new address, at the local hours of the new time zone, "
        "and is cancelled on channels that the client opted out of.",
        parameters=[ID],
        request=ClientChangeRequest,
        answers={200: Client},
        example_request={"tags": ["vip", "tver"], "opted_out": ["viber"]},
        example_answer={**CLIENT, "tags": ["tver", "vip"], "opted_out": ["viber"]},
    ),
    Operation(
        method="DELETE",
        path="/api/v1/clients/{id}",
        endpoint=delete,
        scope="send",
        tag=TAG,
        summary="Delete a client",
        description="What has not been sent to the client is cancelled. Deliveries stay in the history and in the "
        "statistics, without addresses and without what messengers answered.",
        parameters=[ID],
        answers={200: DeletedClient},
        example_answer={"id": 7, "cancelled": 1, "too_late": 12},
    ),
)
