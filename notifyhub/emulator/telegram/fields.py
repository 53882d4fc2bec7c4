"""The parameters of a call, from its query and its body."""

from __future__ import annotations

from typing import Any

import orjson

from notifyhub.emulator.shared.forms import URLENCODED, Form, Upload, read_form
from notifyhub.emulator.shared.wire import Call
from notifyhub.emulator.telegram.answers import bad

TRUE = frozenset({"true", "yes", "1"})
ATTACHED = "attach://"


class Fields(dict[str, str]):
    """Parameters as strings, as the server reads them. `method` is the method called, `uploads` the files by field."""

    __slots__ = ("method", "uploads")

    def __init__(self, method: str = "") -> None:
        super().__init__()
        self.method = method
        self.uploads: dict[str, Upload] = {}

    def text(self, name: str) -> str:
        return self.get(name, "")

    def flag(self, name: str) -> bool:
        return self.get(name, "").strip().lower() in TRUE

    def number(self, name: str, default: int = 0) -> int:
        """The integer of that name; `default` when it is absent or no integer."""
        text = self.get(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            return default

    def json(self, name: str, kind: type, title: str) -> Any:
        """The JSON of that name; None when it is absent. Raises `Refused` when it is not a `kind`."""
        text = self.get(name, "")
        if not text:
            return None
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, kind):
            raise bad(f"can't parse {title}")
        return value

    def upload(self, name: str) -> Upload | None:
        """The file sent as `name`: in a part of that name, or in the part that `attach://` points to."""
        text = self.get(name, "")
        return self.uploads.get(text.removeprefix(ATTACHED) if text.startswith(ATTACHED) else name)


def read_fields(call: Call, method: str) -> Fields:
    """Query and body as one list of parameters, the query first; the first of a name wins (tdlib server source)."""
    fields = Fields(method)
    for name, value in call.query_pairs():
        fields.setdefault(name, value)
    content_type = call.content_type()
    if content_type == "application/json":
        for name, value in (call.json_object() or {}).items():
            fields.setdefault(name, as_text(value))
    elif content_type == URLENCODED:
        for name, value in call.form_pairs():
            fields.setdefault(name, value)
    elif content_type:
        _add_form(fields, read_form(call))
    return fields


def _add_form(fields: Fields, form: Form) -> None:
    for name, value in form.pairs:
        fields.setdefault(name, value)
    for upload in form.uploads:
        fields.uploads.setdefault(upload.in_field, upload)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
