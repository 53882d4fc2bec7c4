"""Exporting clients: the directory as a table that an import takes, part by part."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from notifyhub.domain.addresses import FORMS
from notifyhub.domain.audience import Audience
from notifyhub.requests.client_cells import UNREADABLE, cell_of, cell_of_several, json_cell
from notifyhub.requests.client_columns import ADDRESS, ATTRIBUTE
from notifyhub.store import client_exports
from notifyhub.store.client_exports import Exported, members_of
from notifyhub.store.database import Database
from notifyhub.tables import SEPARATORS

SLICE = 1_000
MOST_COLUMNS = 200
"""Attributes with a column of their own; the others share one, as JSON."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which clients, and how they are written.

    excel  CSV that a double click opens as a table: with a byte order mark, separated by semicolons
    """

    audience: Audience
    search: str | None
    format: Literal["csv", "jsonl"]
    excel: bool


class Part(NamedTuple):
    """Bytes of a table, and the number of clients in them."""

    text: bytes
    clients: int


def export_clients(database: Database, wanted: Wanted) -> Iterator[Part]:
    """The clients in the order of their ids. Blocks before each part. Raises StoreUnavailable."""
    head, write = (_json_lines if wanted.format == "jsonl" else _csv)(database, wanted)
    if head:
        yield Part(head, 0)
    reading = database.read(client_exports.part(wanted.audience, wanted.search, 0, SLICE))
    while (found := reading.result()).clients:
        # The next ones are read while these are written.
        reading = database.read(client_exports.part(wanted.audience, wanted.search, found.last, SLICE))
        yield Part(write(found.clients), len(found.clients))


_Write = Callable[[Sequence[Exported]], bytes]


def _json_lines(database: Database, wanted: Wanted) -> tuple[bytes, _Write]:
    return b"", lambda clients: b"".join(_json_line(client) for client in clients)


def _json_line(client: Exported) -> bytes:
    opted_out, addresses, attributes = members_of(client)
    members = {
        "phone": client.phone,
        "operator_code": client.operator_code,
        "tags": client.tags,
        "timezone": client.timezone,
        "opted_out": opted_out,
        "addresses": addresses,
        "attributes": _without_null(attributes),
    }
    return f"{json_cell(_without_null(members))}\n".encode()


def _without_null(members: dict[str, Any]) -> dict[str, Any]:
    """In an import null removes."""
    return {name: value for name, value in members.items() if value is not None}


def _csv(database: Database, wanted: Wanted) -> tuple[bytes, _Write]:
    found = database.read(client_exports.names(wanted.audience, wanted.search, MOST_COLUMNS + 1)).result()
    columns = _Columns(
        [channel for channel in FORMS if channel in found.channels],
        [name for name in found.attributes[:MOST_COLUMNS] if _fits_a_head(name)],
        separator=";" if wanted.excel else ",",
    )
    columns.has_more = len(columns.attributes) < len(found.attributes)
    mark = codecs.BOM_UTF8 if wanted.excel else b""
    return mark + columns.written([columns.head()]), lambda clients: columns.written(map(columns.row, clients))


def _fits_a_head(name: str) -> bool:
    """Names with separators would make a head in which the separator cannot be told."""
    return name == name.strip() and not set(name) & {*SEPARATORS, UNREADABLE}


@dataclass(slots=True)
class _Columns:
    """A column for each of these channels and attributes; `has_more`: and one for all other attributes."""

    channels: Sequence[str]
    attributes: Sequence[str]
    separator: str
    has_more: bool = False

    def head(self) -> list[str]:
        own = [f"{ADDRESS}{name}" for name in self.channels] + [f"{ATTRIBUTE}{name}" for name in self.attributes]
        more = [ATTRIBUTE.rstrip(".")] if self.has_more else []
        return ["phone", "operator_code", "tags", "timezone", "opted_out", *own, *more]

    def row(self, client: Exported) -> list[str]:
        opted_out, addresses, attributes = members_of(client)
        left = _without_null(attributes)
        own = [cell_of(left.pop(name)) if name in left else "" for name in self.attributes]
        return [
            client.phone,
            client.operator_code or "",
            cell_of_several(client.tags),
            client.timezone,
            cell_of_several(opted_out),
            *(addresses.get(channel, "") for channel in self.channels),
            *own,
            *([json_cell(left) if left else ""] if self.has_more else []),
        ]

    def written(self, rows: Any) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.separator).writerows(rows)
        return text.getvalue().encode()
