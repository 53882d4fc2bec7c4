"""Form bodies, urlencoded and multipart, including uploaded files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from notifyhub.emulator.shared.wire import Call

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file: its field, its name without folders, its media type and its bytes."""

    in_field: str
    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Form:
    """A form's texts, in order and with repeated names, and its files."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)

    def upload(self, name: str) -> Upload | None:
        """The first file in the field `name`."""
        return next((upload for upload in self.uploads if upload.in_field == name), None)


def read_form(call: Call) -> Form:
    """The form in a call's body; an empty one if the body is of another type or malformed."""
    content_type = call.content_type()
    if content_type == URLENCODED:
        return Form(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    if content_type != MULTIPART:
        return Form()
    boundary = parse_options_header(call.header(b"content-type"))[1].get(b"boundary", b"")
    return _Reader().read(boundary, call.body) if boundary else Form()


class _Reader:
    """Builds a form from the parser's events."""

    def __init__(self) -> None:
        self._form = Form()
        self._headers: dict[bytes, bytes] = {}
        self._name = b""
        self._value = b""
        self._data: list[bytes] = []

    def read(self, boundary: bytes, body: bytes) -> Form:
        try:
            parser = MultipartParser(boundary, self._events())
            parser.write(body)
            parser.finalize()
        except MultipartParseError:
            return Form()
        return self._form

    def _events(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._data = {}, []

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _end(self) -> None:
        options = parse_options_header(self._headers.get(b"content-disposition", b""))[1]
        name = options.get(b"name", b"").decode("utf-8", "replace")
        data = b"".join(self._data)
        if b"filename" in options:
            self._form.uploads.append(Upload(name, _base_name(options[b"filename"]), self._media_type(), data))
        else:
            self._form.pairs.append((name, data.decode("utf-8", "replace")))

    def _media_type(self) -> str:
        given = self._headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        return given or OCTETS


def _base_name(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
