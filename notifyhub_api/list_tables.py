"""Lists as CSV: all matching rows, read and sent slice by slice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from notifyhub.errors import Fault, InvalidRequest
from notifyhub.tables.lists import head_of, rows_of
from notifyhub_api.operations import CSV, Parameter
from notifyhub_api.tabular import FORMATS, format_of

SLICE = 500
FORMAT = Parameter(
    "format",
    "query",
    {"type": "string", "enum": [*FORMATS], "default": FORMATS[0]},
    "csv: all matching items as a table, one a row; also asked for by `Accept: text/csv`",
)

M = TypeVar("M", bound=BaseModel)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Table:
    """A list as a table.

    name     of the file
    model    of an item, whose members are the columns
    without  members that are not in lists
    """

    name: str
    model: type[BaseModel]
    without: Sequence[str] = ()

    @property
    def columns(self) -> list[str]:
        return [name for name in self.model.model_fields if name not in self.without]


def wanted(request: Request) -> bool:
    """Is the list asked for as a table? Raises InvalidRequest for another format, or a page of a table."""
    if format_of(request) != "csv":
        return False
    faults = [
        Fault(f"$.{name}", "form", "is for pages; a table has all rows")
        for name in ("limit", "cursor")
        if name in request.query_params
    ]
    if faults:
        raise InvalidRequest(faults)
    return True


async def numbered(
    request: Request, table: Table, ask: Callable[[int, int], Awaitable[Sequence[Any]]], first: int
) -> Response:
    """The table of a list in the order of ids; `ask` gives those after an id, up to a number."""

    async def part(seen: int) -> tuple[Sequence[Any], int | None]:
        found = await ask(seen, SLICE)
        return found, found[-1].id if len(found) == SLICE else None

    return await tabled(request, table, part, first)


async def whole(request: Request, table: Table, items: Sequence[M]) -> Response:
    """The table of a list that is read at once."""

    async def part(_: None) -> tuple[Sequence[M], None]:
        return items, None

    return await tabled(request, table, part, None)


async def tabled(
    request: Request,
    table: Table,
    part: Callable[[P], Awaitable[tuple[Sequence[M], P | None]]],
    first: P,
) -> Response:
    """The table of a list: `part` gives the items after a place, and the place to go on from, if it is not the end."""
    lines = _lines(table, part, first)
    # The first slice is awaited, so that its error is answered as a problem.
    begun = await anext(lines)
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.csv"'}
    if request.method == "HEAD":
        return Response(headers=headers, media_type=CSV)
    return StreamingResponse(_chained(begun, lines), headers=headers, media_type=CSV)


async def _chained(begun: str, lines: AsyncIterator[str]) -> AsyncIterator[str]:
    yield begun
    async for more in lines:
        yield more


async def _lines(
    table: Table, part: Callable[[P], Awaitable[tuple[Sequence[M], P | None]]], first: P
) -> AsyncIterator[str]:
    columns, place = table.columns, first
    items, following = await part(place)
    yield head_of(columns) + rows_of(items, columns)
    while following is not None:
        items, following = await part(following)
        yield rows_of(items, columns)
