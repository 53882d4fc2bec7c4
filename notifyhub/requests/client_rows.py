"""Rows of a table of clients, checked: what each gives of a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from notifyhub.domain.addresses import canonical
from notifyhub.requests.client_cells import several_of, value_of
from notifyhub.requests.client_columns import ADDRESS, ATTRIBUTE, NOT_TAKEN, columns_of
from notifyhub.requests.clients import client_phone, client_request
from notifyhub.requests.fields import MOST_METADATA_BYTES

_REPEATING = ("operator_code", "tags", "timezone", "opted_out")
"""Members whose cells repeat from row to row."""
_MOST_REMEMBERED = 10_000
_LONGEST_LETTER = 6
"""Bytes of a letter in JSON, as in \\u0001."""
_PLAIN = frozenset({str, int, bool, type(None)})


class ClientRow(NamedTuple):
    """What a row gives of a client.

    members  without the phone; `addresses` and `attributes` by name, and None removes one of them
    """

    phone: str
    members: Mapping[str, Any]


def client_row(members: Mapping[str, Any], *, region: str, any_country: bool) -> ClientRow:
    """Check a row given as the members of a client. Raises InvalidRequest with everything that is wrong."""
    taken = {name: value for name, value in members.items() if name not in NOT_TAKEN}
    request = client_request(taken, region=region, any_country=any_country)
    given = request.members()
    if "addresses" in given:
        removed = {channel: None for channel, address in taken["addresses"].items() if address is None}
        given["addresses"] = {**removed, **given["addresses"]}
    del given["phone"]
    return ClientRow(request.phone, given)


class CellRows:
    """Checks the rows of one CSV table. Raises InvalidRequest if its head is not that of clients.

    The operator code, the tags, the time zone and the opt-outs that a table repeats are checked once.
    """

    def __init__(self, head: Sequence[str], *, region: str, any_country: bool) -> None:
        self._columns = columns_of(head)
        self._region = region
        self._any_country = any_country
        places = {column: place for place, column in self._columns}
        self._phone = places["phone"]
        self._repeating = tuple(places[name] for name in _REPEATING if name in places)
        self._attributes = self._named(ATTRIBUTE)
        self._addresses = self._named(ADDRESS)
        self._has_objects = bool(places.keys() & {"attributes", "addresses"})
        names = sum(len(name) + 1 for _, name in self._attributes)
        self._most_letters = MOST_METADATA_BYTES // _LONGEST_LETTER - names
        self._known: dict[tuple[str, ...], dict[str, Any]] = {}

    def _named(self, prefix: str) -> list[tuple[int, str]]:
        columns = [(place, column) for place, column in self._columns if column.startswith(prefix)]
        return [(place, column.removeprefix(prefix)) for place, column in columns]

    def row(self, cells: Sequence[str]) -> ClientRow:
        """Check a row. Raises InvalidRequest with everything that is wrong."""
        key = tuple([cells[place] for place in self._repeating])
        known = self._known.get(key)
        if known is not None and (row := self._quickly(cells, known)) is not None:
            return row
        row = client_row(self._members(cells), region=self._region, any_country=self._any_country)
        if not self._has_objects:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = {name: row.members[name] for name in _REPEATING if name in row.members}
        return row

    def _quickly(self, cells: Sequence[str], known: Mapping[str, Any]) -> ClientRow | None:
        """A row whose repeating cells are known to be good; None if the rest needs the whole check."""
        members = dict(known)
        try:
            phone = client_phone(cells[self._phone], self._region, any_country=self._any_country)
            if self._addresses:
                members["addresses"] = {
                    channel: canonical(channel, text, self._region) if (text := cells[place].strip()) else None
                    for place, channel in self._addresses
                }
        except ValueError:
            return None
        if self._attributes:
            attributes = self._attributes_of(cells)
            if not self._is_plain(cells, attributes):
                return None
            members["attributes"] = attributes
        return ClientRow(phone, members)

    def _attributes_of(self, cells: Sequence[str]) -> dict[str, Any]:
        return {name: value_of(text) if (text := cells[place].strip()) else None for place, name in self._attributes}

    def _is_plain(self, cells: Sequence[str], attributes: Mapping[str, Any]) -> bool:
        if sum([len(cells[place]) for place, _ in self._attributes]) > self._most_letters:
            return False
        values = attributes.values()
        return _PLAIN.issuperset(map(type, values)) and not any(type(v) is str and "\x00" in v for v in values)

    def _members(self, cells: Sequence[str]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for place, column in self._columns:
            cell = cells[place].strip()
            if column in ("tags", "opted_out"):
                members[column] = several_of(cell)
            elif column in ("addresses", "attributes"):
                # A whole object as JSON; what is none is complained of by the member itself.
                members[column] = value_of(cell) if cell else {}
            elif not column.startswith((ADDRESS, ATTRIBUTE)):
                members[column] = cell or None
        addresses = {channel: cells[place].strip() or None for place, channel in self._addresses}
        for member, by_name in (("addresses", addresses), ("attributes", self._attributes_of(cells))):
            whole = members.get(member, {})
            if by_name and isinstance(whole, dict):
                members[member] = {**whole, **by_name}
        return members
