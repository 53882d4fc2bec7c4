"""Forms with a file: the fields before it in memory, the file itself on disk as it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from notifyhub.errors import Fault, InvalidRequest
from notifyhub_api.dashboard.form import MOST_FIELDS, Form
from notifyhub_api.problems import TooLarge
from notifyhub_api.uploads import IN_MEMORY
from notifyhub_api.web import parts_of

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MEDIA = "multipart/form-data"
MOST_BYTES_BESIDE = 1 << 16
"""Of everything that is not the file: the fields, and what is between the parts."""

Check = Callable[[Form], None]


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == MEDIA


async def received(request: Request, file: BinaryIO, most_bytes: int, check: Check) -> Form:
    """The fields of a form, its file being written to `file`; the field of the file has the file's name.

    check  is called with the fields before the file, before anything of the file is kept; raises what it likes

    Raises InvalidRequest for what is no form, or is cut off, and TooLarge as soon as the file is known to be.
    """
    reader = _Reader(request, file, most_bytes, check)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most_bytes + MOST_BYTES_BESIDE:
        raise reader.too_large
    size = 0
    async for part in parts_of(request, most_bytes + MOST_BYTES_BESIDE):
        size += len(part)
        if size < IN_MEMORY:
            reader.write(part)
        else:
            await asyncio.to_thread(reader.write, part)
    return reader.end()


class _Reader:
    """Makes a form of the parser's events."""

    def __init__(self, request: Request, file: BinaryIO, most_bytes: int, check: Check) -> None:
        self.too_large = TooLarge(f"the file has more than {most_bytes} bytes")
        self._file, self._left, self._check = file, most_bytes, check
        self._beside = MOST_BYTES_BESIDE
        self._fields: list[tuple[str, str]] = []
        self._header = {"name": b"", "value": b""}
        self._disposition: dict[bytes, bytes] = {}
        self._value: list[bytes] = []
        self._in_file = self._has_file = self._ended = False
        boundary = parse_options_header(request.headers.get("content-type"))[1].get(b"boundary", b"")
        try:
            self._parser = MultipartParser(boundary, self._events())
        except FormParserError as error:
            raise _no_form() from error

    def _events(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": lambda data, start, end: self._of_header("name", data[start:end]),
            "on_header_value": lambda data, start, end: self._of_header("value", data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": lambda data, start, end: self._data(data[start:end]),
            "on_part_end": self._part_ends,
            "on_end": self._all_ends,
        }

    def write(self, part: bytes) -> None:
        try:
            self._parser.write(part)
        except FormParserError as error:
            raise _no_form() from error

    def end(self) -> Form:
        if not self._ended:
            raise _no_form()
        self._file.seek(0)
        return Form(self._fields)

    def _part_begins(self) -> None:
        self._disposition, self._value, self._in_file = {}, [], False
        # Parts that are empty have no bytes to be counted.
        if len(self._fields) >= MOST_FIELDS:
            raise TooLarge(f"the form has more than {MOST_FIELDS} fields")

    def _of_header(self, place: str, data: bytes) -> None:
        self._count_beside(data)
        self._header[place] += data

    def _header_ends(self) -> None:
        if self._header["name"].lower() == b"content-disposition":
            self._disposition = parse_options_header(self._header["value"])[1]
        self._header = {"name": b"", "value": b""}

    def _headers_end(self) -> None:
        self._in_file = b"filename" in self._disposition
        if self._in_file and self._has_file:
            raise InvalidRequest([Fault("$.file", "too_many", "is more than one file; they go one at a time")])
        if self._in_file:
            self._has_file = True
            self._check(Form(self._fields))

    def _data(self, data: bytes) -> None:
        if not self._in_file:
            self._count_beside(data)
            self._value.append(data)
        elif len(data) > self._left:
            raise self.too_large
        else:
            self._left -= len(data)
            self._file.write(data)

    def _count_beside(self, data: bytes) -> None:
        self._beside -= len(data)
        if self._beside < 0:
            raise TooLarge(f"the fields beside the file have more than {MOST_BYTES_BESIDE} bytes")

    def _part_ends(self) -> None:
        value = self._disposition[b"filename"] if self._in_file else b"".join(self._value)
        name = self._disposition.get(b"name", b"")
        self._fields.append((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")))

    def _all_ends(self) -> None:
        self._ended = True
        if not self._has_file:
            self._check(Form(self._fields))


def _no_form() -> InvalidRequest:
    return InvalidRequest([Fault("$", "form", "is no whole form; send it again")])
