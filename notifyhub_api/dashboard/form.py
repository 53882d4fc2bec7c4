"""Posted forms: what was typed, and what is wrong with it, beside each field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from notifyhub.errors import Fault

_NAME = re.compile(r"^\$\.?")


class Form(Mapping[str, str]):
    """The fields of a form by name; texts as they were typed, without the spaces around them."""

    def __init__(self, fields: Sequence[tuple[str, str]] = ()) -> None:
        self._fields = [(name, value.replace("\r\n", "\n")) for name, value in fields]

    @classmethod
    def read(cls, body: bytes) -> Form:
        """An urlencoded body."""
        return cls(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20_000))

    def __getitem__(self, name: str) -> str:
        for key, value in reversed(self._fields):
            if key == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._fields))

    def __len__(self) -> int:
        return len(dict(self._fields))

    def all(self, name: str) -> list[str]:
        """Every value of a field, such as those of a group of checkboxes."""
        return [value for key, value in self._fields if key == name and value.strip()]

    def text(self, name: str) -> str | None:
        """A field, or None if nothing was typed."""
        value = self.get(name, "").strip()
        return value or None

    def lines(self, name: str) -> list[str]:
        """The lines of a text that are not empty; commas and semicolons end one too."""
        return [part.strip() for part in re.split(r"[\n,;]", self.get(name, "")) if part.strip()]


def beside(faults: Sequence[Fault], fields: Mapping[str, str]) -> dict[str, list[str]]:
    """The messages of faults by the field that they belong to; under "" those that belong to none.

    fields  the beginnings of JSON paths, such as `recipients`, and the names of the fields
    """
    found: dict[str, list[str]] = {}
    for fault in faults:
        path = _NAME.sub("", fault.path)
        field = max((one for one in fields if _begins(path, one)), key=len, default=None)
        rest = path if field is None else path[len(field) :].lstrip(".")
        words = f"{rest}: {fault.message}" if rest else fault.message
        found.setdefault("" if field is None else fields[field], []).append(words)
    return found


def _begins(path: str, beginning: str) -> bool:
    return path == beginning or path.startswith((f"{beginning}.", f"{beginning}["))


def given(**members: Any) -> dict[str, Any]:
    """The members that were given."""
    return {name: value for name, value in members.items() if value is not None}
