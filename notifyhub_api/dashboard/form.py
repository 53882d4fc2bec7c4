"""Posted forms: what was typed, and what is wrong with it, beside each field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from notifyhub.errors import Fault
from notifyhub_api.problems import TooLarge

MOST_FIELDS = 5_000
_NAME = re.compile(r"^\$\.?")


class Form(Mapping[str, str]):
    """The fields of a form by name; texts as they were typed, without the spaces around them."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._values = by_name((name, value.replace("\r\n", "\n")) for name, value in fields)

    @classmethod
    def read(cls, body: bytes) -> Form:
        """An urlencoded body. Raises TooLarge."""
        try:
            return cls(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError:
            raise TooLarge(f"the form has more than {MOST_FIELDS} fields") from None

    def __getitem__(self, name: str) -> str:
        return self._values[name][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of a field, such as those of a group of checkboxes."""
        return [value for value in self._values.get(name, ()) if value.strip()]

    def text(self, name: str) -> str | None:
        """A field, or None if nothing was typed."""
        value = self.get(name, "").strip()
        return value or None

    def lines(self, name: str) -> list[str]:
        """What a text lists; see `listed`."""
        return listed(self.get(name, ""))


def by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name, in their order: in one go, because whoever sends them says how many there are."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def listed(text: str) -> list[str]:
    """The lines of a text that are not empty; commas and semicolons end one too."""
    return [part.strip() for part in re.split(r"[\n,;]", text) if part.strip()]


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
