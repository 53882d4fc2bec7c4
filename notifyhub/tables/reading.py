"""Reading a table row by row, in bounded memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Literal, NamedTuple

from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests import json_text
from notifyhub.tables.encodings import encoding_of

Format = Literal["csv", "jsonl"]

SEPARATORS = (";", ",", "\t", "|")
LONGEST_ROW = 1 << 20
"""Characters of one row. More is no row but a quotation mark that is never closed, or another kind of file."""
MOST_COLUMNS = 1_000


class Row(NamedTuple):
    """line   number of the line at which it begins, from 1
    cells  of CSV in the order of its columns, of JSON Lines by name
    """

    line: int
    cells: Any


class BadRow(NamedTuple):
    """A row that cannot be read, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: what it was recognised as, and its rows.

    columns    of the head of a CSV file; none of JSON Lines
    separator  of a CSV file
    """

    format: Format
    encoding: str
    separator: str | None
    columns: Sequence[str]
    rows: Iterator[Row | BadRow]


def read(
    file: BinaryIO, *, format: Format | None = None, encoding: str | None = None, separator: str | None = None
) -> Rows:
    """The table in a file, which can be sought. What is not given is recognised.

    Raises InvalidRequest if it is no table at all.
    """
    encoding = _known_encoding(encoding) if encoding else encoding_of(file)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        table = _recognised(text, encoding, format, separator)
    except UnicodeError:  # UTF-16 and UTF-32 say so when the mark of their byte order is not there
        text.detach()
        raise InvalidRequest([_other_encoding()]) from None
    except BaseException:
        text.detach()
        raise
    return replace(table, rows=_giving_back(text, table.rows))


def _recognised(text: io.TextIOWrapper, encoding: str, format: Format | None, separator: str | None) -> Rows:
    head = _head(text)
    text.seek(0)
    if format is None:
        format = "jsonl" if head.startswith("{") else "csv"
    if format == "jsonl":
        return Rows("jsonl", encoding, None, (), _json_lines(text))
    separator = separator or max(SEPARATORS, key=head.count)
    if len(separator) != 1:
        raise InvalidRequest([Fault("$.separator", "form", "must be one character")])
    table = _Table(text, separator)
    return Rows("csv", encoding, separator, table.columns, table.rows())


def _giving_back(text: io.TextIOWrapper, rows: Iterator[Row | BadRow]) -> Iterator[Row | BadRow]:
    """The rows; after them the file still is the caller's, while `text` would close it."""
    try:
        yield from rows
    finally:
        text.detach()


def _known_encoding(name: str) -> str:
    try:
        b"a".decode(name, "replace")  # Python has codecs that are not for text, and some that replace nothing
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise InvalidRequest([Fault("$.encoding", "form", f"there is no encoding {name!r}")]) from None


def _other_encoding() -> Fault:
    return Fault("$.encoding", "form", "is another one: its head cannot be read")


def _head(text: io.TextIOWrapper) -> str:
    """The first line that is not empty."""
    while line := text.readline(LONGEST_ROW):
        if line.strip():
            return line.strip()
    raise InvalidRequest([Fault("$", "empty", "there is nothing in it")])


def _json_lines(text: io.TextIOWrapper) -> Iterator[Row | BadRow]:
    number = 0
    while line := text.readline(LONGEST_ROW):
        number += 1
        if not line.endswith("\n") and len(line) >= LONGEST_ROW:
            yield BadRow(number, f"has more than {LONGEST_ROW} characters; what follows was not read")
            return
        if not line.strip():
            continue
        if "\ufffd" in line:
            yield BadRow(number, "is not in the encoding of the file")
            continue
        try:
            cells, faults = json_text.parse(line.encode())
        except InvalidRequest as error:
            yield BadRow(number, error.faults[0].message)
            continue
        if faults or not isinstance(cells, dict):
            yield BadRow(number, faults[0].message if faults else "must be an object")
        else:
            yield Row(number, cells)


class _Table:
    """A CSV file with a head."""

    def __init__(self, text: io.TextIOWrapper, separator: str) -> None:
        self._text = text
        csv.field_size_limit(LONGEST_ROW)
        self._reader = csv.reader(self._lines(), delimiter=separator, strict=True)
        self._is_garbled = False
        self.columns = self._named()

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_ROW):
            # The csv module refuses NUL, and ends the table there.
            if "\x00" in line or "\ufffd" in line:
                self._is_garbled = True
                line = line.replace("\x00", "\ufffd")
            yield line

    def _named(self) -> Sequence[str]:
        try:
            names = next(row for row in self._reader if any(cell.strip() for cell in row))
        except (StopIteration, csv.Error):
            raise InvalidRequest(
                [Fault("$", "form", "is not a table: there is no head with names of columns")]
            ) from None
        if self._is_garbled:
            raise InvalidRequest([_other_encoding()])
        columns = [name.strip() for name in names]
        repeated = sorted({name for name in columns if name and columns.count(name) > 1})
        if len(columns) > MOST_COLUMNS:
            raise InvalidRequest([Fault("$", "too_many", f"takes at most {MOST_COLUMNS} columns")])
        if repeated:
            raise InvalidRequest([Fault("$", "repeated", f"has the column {', '.join(repeated)} more than once")])
        return columns

    def rows(self) -> Iterator[Row | BadRow]:
        while True:
            line, self._is_garbled = self._reader.line_num + 1, False
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(line, f"cannot be read: {error}")
                continue
            if not any(cells):
                continue
            yield self._row(line, cells)

    def _row(self, line: int, cells: Sequence[str]) -> Row | BadRow:
        if len(cells) != len(self.columns):
            return BadRow(line, f"has {len(cells)} cells, and the head has {len(self.columns)}")
        if self._is_garbled:
            return BadRow(line, "is not in the encoding of the file")
        return Row(line, cells)
