"""Tags and attributes of clients as text to type, one a line; read again, it is the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.client_cells import cell_of, json_cell, value_of

QUOTE = '"'
EQUALS = "="
_CONTROL = re.compile("[\x00-\x1f\x7f]")
"""What a field of a form would change, or take for the end of a line."""


def lines_of_tags(tags: Iterable[str]) -> str:
    return "\n".join(_written(tag, str) for tag in tags)


def tags_of(text: str) -> list[str]:
    """The tags of such a text. One in quotes is read as JSON."""
    return [_read(line) for line in _lines(text)]


def lines_of_attributes(attributes: Mapping[str, Any]) -> str:
    """`name = value`. A value that is no text is JSON, and so is a text that would be read as something else."""
    return "\n".join(f"{_name(name)} = {_written(value, cell_of)}" for name, value in attributes.items())


def value_text(value: Any) -> str:
    """One value, as it stands in such a line."""
    return _written(value, cell_of)


def attributes_of(text: str) -> dict[str, Any]:
    """The attributes of such a text. Raises InvalidRequest for lines that are none, and for names that come twice."""
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for line in _lines(text):
        name, equals, value = _parted(line)
        if not equals:
            faults.append(Fault("$.attributes", "form", f"{line[:80]!r} is no attribute: write name = value"))
        elif name in found:
            faults.append(Fault("$.attributes", "repeated", f"has {name!r} more than once"))
        else:
            found[name] = value_of(value)
    if faults:
        raise InvalidRequest(faults)
    return found


def _lines(text: str) -> Iterator[str]:
    # Not splitlines(), which also ends lines at letters that texts may contain.
    return (line.strip() for line in text.split("\n") if line.strip())


def _written(value: Any, write: Callable[[Any], str]) -> str:
    if isinstance(value, str) and (value != value.strip() or _CONTROL.search(value) or value[:1] in ("", QUOTE)):
        return json_cell(value)
    return write(value)


def _read(line: str) -> str:
    value = value_of(line) if line.startswith(QUOTE) else line
    return value if isinstance(value, str) else line


def _name(name: str) -> str:
    # Names have no quotes in them, so quotes around one need no escapes.
    return f"{QUOTE}{name}{QUOTE}" if EQUALS in name or name != name.strip() else name


def _parted(line: str) -> tuple[str, str, str]:
    if line.startswith(QUOTE) and QUOTE in line[1:]:
        name, _, rest = line[1:].partition(QUOTE)
        rest = rest.lstrip()
        return name, rest[:1] if rest.startswith(EQUALS) else "", rest[1:].strip()
    name, equals, value = line.partition(EQUALS)
    return name.strip(), equals, value.strip()
