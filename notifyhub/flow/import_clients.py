"""Importing clients: a table becomes rows of the directory, batch by batch, and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from notifyhub import answers
from notifyhub.errors import InvalidRequest, StoreUnavailable
from notifyhub.flow.first_lines import FirstLines
from notifyhub.requests.client_rows import CellRows, ClientRow, client_row
from notifyhub.requests.fields import MOST_METADATA_BYTES
from notifyhub.store import client_imports
from notifyhub.store.client_imports import Counts, Upsert
from notifyhub.store.database import Database
from notifyhub.tables import BadRow, Format, Rows, read

BATCH = 2_000
MOST_ERRORS = 1_000
"""Errors in a report; further ones are only counted."""
MANY = 10_000
"""Clients after whose import a database's statistics are out of date."""
_TOO_MUCH = f"takes at most {MOST_METADATA_BYTES} bytes as JSON, with those that the client has already"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to read a table, and what to do with it.

    check             the rules of `client_row`
    default_timezone  of clients without one
    progress          called with the position in the file after each batch
    begins            called before the first batch is stored, which waits for its result
    """

    format: Format | None
    encoding: str | None
    separator: str | None
    dry_run: bool
    check: dict[str, Any]
    default_timezone: str
    progress: Callable[[int], None] | None = None
    begins: Callable[[], Future[int]] | None = None


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


Batch = Sequence[tuple[int, ClientRow]]
"""Rows with the numbers of their lines."""


def import_clients(database: Database, file: BinaryIO, wanted: Wanted, clock: Callable[[], int]) -> answers.Import:
    """Read a table of clients and store the good rows, by phone. Blocks; `clock` returns epoch ms.

    Raises InvalidRequest if it is no table of clients, StoreUnavailable; what was stored before that stays.
    """
    table = read(file, format=wanted.format, encoding=wanted.encoding, separator=wanted.separator)
    report = _Report()
    store = _Storing(database, wanted, report)
    with closing(FirstLines()) as lines:
        for batch in _batches(table, wanted, report):
            store.add(_without_repeats(batch, lines, report), clock())
            if wanted.progress is not None:
                wanted.progress(file.tell())
    store.finish()
    if not wanted.dry_run and report.created + report.updated >= MANY:
        # What was imported is stored, whether or not the database can be told how much that is.
        with suppress(StoreUnavailable):
            database.write(client_imports.analyze, None).result()
    return answers.Import(
        format=table.format,
        encoding=table.encoding,
        separator=table.separator,
        dry_run=wanted.dry_run,
        rows=report.rows,
        created=report.created,
        updated=report.updated,
        failed=report.failed,
        errors=sorted(report.errors, key=lambda error: error.line),
    )


def _batches(table: Rows, wanted: Wanted, report: _Report) -> Iterator[Batch]:
    """The good rows. What is wrong with the others goes into the report."""
    checked: Callable[[Any], ClientRow] = (
        CellRows(table.columns, **wanted.check).row if table.format == "csv" else partial(client_row, **wanted.check)
    )
    batch: list[tuple[int, ClientRow]] = []
    for row in table.rows:
        report.rows += 1
        if isinstance(row, BadRow):
            report.failed += 1
            report.wrong(row.line, None, row.message)
            continue
        try:
            batch.append((row.line, checked(row.cells)))
        except InvalidRequest as error:
            report.failed += 1
            for fault in error.faults:
                report.wrong(row.line, fault.path.removeprefix("$").removeprefix(".") or None, fault.message)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _without_repeats(batch: Batch, lines: FirstLines, report: _Report) -> Batch:
    repeats = lines.add([(int(row.phone), line) for line, row in batch])
    if not repeats:
        return batch
    report.failed += len(repeats)
    for line, first in repeats.items():
        report.wrong(line, "phone", f"is in line {first} already, which was kept")
    return [(line, row) for line, row in batch if line not in repeats]


class _Storing:
    """Writes a batch while the next one is read."""

    def __init__(self, database: Database, wanted: Wanted, report: _Report) -> None:
        self._database = database
        self._wanted = wanted
        self._report = report
        self._writing: Future[Counts] | None = None
        self._batch: Batch = ()
        self._begun = False

    def add(self, batch: Batch, now: int) -> None:
        """Store a batch, after the last one. Raises what that raised."""
        self.finish()
        if batch:
            self._batch = batch
            lines = [line for line, _ in batch]
            rows = Upsert([row for _, row in batch], self._wanted.default_timezone, now, lines)
            self._writing = self._tried(rows) if self._wanted.dry_run else self._stored(rows)

    def _tried(self, rows: Upsert) -> Future[Counts]:
        return self._database.read(client_imports.tried(rows))

    def _stored(self, rows: Upsert) -> Future[Counts]:
        if not self._begun and self._wanted.begins is not None:
            self._wanted.begins().result()
        self._begun = True
        return self._database.write(client_imports.upsert, rows)

    def finish(self) -> None:
        if self._writing is None:
            return
        counts, self._writing = self._writing.result(), None
        self._report.created += counts.created
        self._report.updated += counts.updated
        self._report.failed += len(counts.refused)
        refused = set(counts.refused)
        for line, row in self._batch if refused else ():
            if row.phone in refused:
                self._report.wrong(line, "attributes", _TOO_MUCH)
