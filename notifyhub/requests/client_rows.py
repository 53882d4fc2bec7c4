"""A row of a table of clients as the members of a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from notifyhub.domain.addresses import FORMS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.clients import ClientRequest

ATTRIBUTE = "attributes."
ADDRESS = "addresses."
BETWEEN = ";"
"""Between the tags, or the channels, of one cell. A comma does as well, unless there is one of these."""

NAMES = MappingProxyType(
    {
        "phone_number": "phone",
        "телефон": "phone",
        "номер": "phone",
        "номер телефона": "phone",
        "phone_number_code": "operator_code",
        "mobile_operator_code": "operator_code",
        "код оператора": "operator_code",
        "tag": "tags",
        "тег": "tags",
        "теги": "tags",
        "time_zone": "timezone",
        "tz": "timezone",
        "часовой пояс": "timezone",
    }
)
"""Other names of columns."""


def column_of(name: str) -> str:
    """The name of a member, whatever the head calls it; `addresses.telegram` may be `telegram`."""
    plain = name.strip()
    found = NAMES.get(plain.lower())
    if found is None and plain.lower() in (*ClientRequest.model_fields, *FORMS):
        found = plain.lower()
    return f"{ADDRESS}{found}" if found in FORMS else found or plain


def check_columns(columns: Iterable[str]) -> None:
    """Raises InvalidRequest for a head without a phone, or with columns that nobody knows."""
    named = [column_of(name) for name in columns if name]
    known = set(ClientRequest.model_fields)
    faults = [
        Fault("$", "form", f"there is no column {name!r}; a free attribute is called {ATTRIBUTE}{name}")
        for name in named
        if name not in known and not name.startswith((ATTRIBUTE, ADDRESS))
    ]
    if "phone" not in named:
        faults.insert(0, Fault("$", "form", "has no column phone: is it a table of clients?"))
    if faults:
        raise InvalidRequest(faults)


def members_of_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """The members of a client from the cells of a CSV row."""
    members: dict[str, Any] = {}
    for name, text in cells.items():
        column, cell = column_of(name), text.strip()
        if column.startswith(ATTRIBUTE):
            if cell:
                members.setdefault("attributes", {})[column.removeprefix(ATTRIBUTE)] = _value(cell)
            else:
                members.setdefault("attributes", {})
        elif column.startswith(ADDRESS):
            own = members.setdefault("addresses", {})
            if cell:
                own[column.removeprefix(ADDRESS)] = cell
        elif column in ("tags", "opted_out"):
            members[column] = _several(cell)
        elif column in ("addresses", "attributes"):
            # A whole object as JSON; what is none is complained of by the member itself.
            value = _value(cell) if cell else {}
            members[column] = {**value, **members.get(column, {})} if isinstance(value, dict) else cell
        else:
            members[column] = cell or None
    return members


def _value(cell: str) -> Any:
    """A cell that is JSON is taken as such, so that numbers are numbers; anything else is text."""
    if cell[:1] in '{["-0123456789tfn':
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            pass
    return cell


def _several(cell: str) -> list[str]:
    between = BETWEEN if BETWEEN in cell else ","
    return [part.strip() for part in cell.split(between) if part.strip()]
