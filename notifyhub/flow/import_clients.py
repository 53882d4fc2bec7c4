"""Importing clients: a table becomes rows of the directory, batch by batch, and a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from notifyhub import answers
from notifyhub.errors import InvalidRequest
from notifyhub.requests import ClientRequest, client_request
from notifyhub.requests.client_rows import check_columns, members_of_cells
from notifyhub.store import client_imports
from notifyhub.store.client_imports import Counts, Upsert
from notifyhub.store.database import Database
from notifyhub.tables import BadRow, Format, Row, read

BATCH = 2_000
MOST_ERRORS = 1_000
"""Errors in a report; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to read a table, and what to do with it.

    check             the rules of `client_request`
    default_timezone  of clients without one
    progress          called with the position in the file after each batch
    """

    format: Format | None
    encoding: str | None
    separator: str | None
    dry_run: bool
    check: dict[str, Any]
    default_timezone: str
    progress: Callable[[int], None] | None = None


@dataclass(slots=True)
class _Report:
    rows: int = 0
    failed: int = 0
    created: int = 0
    updated: int = 0
    errors: list[answers.RowError] = field(default_factory=list)

    def wrong(self, line: int, field_: str | None, message: str) -> None:
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(answers.RowError(line=line, field=field_, message=message))


def import_clients(database: Database, file: BinaryIO, wanted: Wanted, clock: Callable[[], int]) -> answers.Import:
    """Read a table of clients and store the good rows, by phone. Blocks; `clock` returns epoch ms.

    Raises InvalidRequest if it is no table of clients, StoreUnavailable; what was stored before that stays.
    """
    table = read(file, format=wanted.format, encoding=wanted.encoding, separator=wanted.separator)
    if table.format == "csv":
        check_columns(table.columns)
    report = _Report()
    seen: dict[int, int] = {}
    store = _Storing(database, wanted, report)
    batch: list[ClientRequest] = []
    for row in table.rows:
        report.rows += 1
        request = _checked(row, table.format, wanted, report, seen)
        if request is None:
            report.failed += 1
            continue
        batch.append(request)
        if len(batch) >= BATCH:
            store.add(batch, clock())
            batch = []
            if wanted.progress is not None:
                wanted.progress(file.tell())
    store.add(batch, clock())
    store.finish()
    return answers.Import(
        format=table.format,
        encoding=table.encoding,
        separator=table.separator,
        dry_run=wanted.dry_run,
        rows=report.rows,
        created=report.created,
        updated=report.updated,
        failed=report.failed,
        errors=report.errors,
    )


def _checked(
    row: Row | BadRow, format: Format, wanted: Wanted, report: _Report, seen: dict[int, int]
) -> ClientRequest | None:
    if isinstance(row, BadRow):
        report.wrong(row.line, None, row.message)
        return None
    try:
        members = members_of_cells(row.cells) if format == "csv" else _without_own(row.cells)
        request = client_request(members, **wanted.check)
    except InvalidRequest as error:
        for fault in error.faults:
            report.wrong(row.line, fault.path.removeprefix("$").removeprefix(".") or None, fault.message)
        return None
    first = seen.setdefault(int(request.phone), row.line)
    if first != row.line:
        report.wrong(row.line, "phone", f"is in line {first} already, which was kept")
        return None
    return request


def _without_own(cells: Any) -> dict[str, Any]:
    """An exported client has an id and moments, which an import does not take."""
    return {name: value for name, value in cells.items() if name not in ("id", "created_at", "updated_at")}


class _Storing:
    """Writes a batch while the next one is read."""

    def __init__(self, database: Database, wanted: Wanted, report: _Report) -> None:
        self._database = database
        self._wanted = wanted
        self._report = report
        self._writing: Future[Counts] | None = None

    def add(self, batch: Sequence[ClientRequest], now: int) -> None:
        """Store a batch, after the last one. Raises what that raised."""
        self.finish()
        if batch:
            phones = [request.phone for request in batch]
            self._writing = (
                self._database.read(client_imports.known(phones))
                if self._wanted.dry_run
                else self._database.write(client_imports.upsert, _grouped(batch, self._wanted.default_timezone, now))
            )

    def finish(self) -> None:
        if self._writing is not None:
            counts, self._writing = self._writing.result(), None
            self._report.created += counts.created
            self._report.updated += counts.updated


def _grouped(batch: Sequence[ClientRequest], default_timezone: str, now: int) -> list[Upsert]:
    """The clients, those together that were given with the same members."""
    groups: dict[frozenset[str], dict[str, dict[str, Any]]] = {}
    for request in batch:
        groups.setdefault(frozenset(request.model_fields_set), {})[request.phone] = {
            "operator_code": request.operator_code,
            "tags": request.tags,
            "timezone": request.timezone or default_timezone,
            "addresses": request.addresses,
            "attributes": request.attributes,
            "opted_out": request.opted_out,
        }
    return [Upsert(given, clients, now) for given, clients in groups.items()]
