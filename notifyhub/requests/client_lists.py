"""The filters of lists of clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifyhub.domain.audience import EVERYONE, All, Audience, Within
from notifyhub.domain.phones import DEFAULT_REGION, e164_digits
from notifyhub.domain.zones import canonical_zone
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.faults import json_path
from notifyhub.requests.filters import unknown_filters, whole_characters

NAMES = ("phone", "operator_code", "tag", "timezone", "search")
LONGEST_SEARCH = 255


@dataclass(frozen=True, slots=True)
class ClientFilters:
    """audience  the clients that fit all filters but the search"""

    audience: Audience = EVERYONE
    search: str | None = None


def client_filters(given: Mapping[str, Any], region: str = DEFAULT_REGION) -> tuple[ClientFilters, list[Fault]]:
    """The filters of these names and values, one or several each, and everything that is wrong with them.

    Several values of one filter are alternatives. `region` as in `e164_digits`.
    """
    faults = unknown_filters(given, NAMES)
    parts: list[Audience] = []
    search = None
    for name in NAMES:
        values = _texts(given.get(name))
        try:
            read = tuple(_canonical(name, value, region) for value in values)
        except ValueError as error:
            faults.append(Fault(json_path((name,)), "form", str(error)))
            continue
        if name == "search":
            search = " ".join(read).strip() or None
        elif read:
            parts.append(Within(name, read))
    return ClientFilters(All(tuple(parts)), search), faults


def checked_client_filters(given: Mapping[str, Any], region: str = DEFAULT_REGION) -> ClientFilters:
    """The filters of these names and values. Raises InvalidRequest."""
    filters, faults = client_filters(given, region)
    if faults:
        raise InvalidRequest(faults)
    return filters


def searchable(value: str) -> str:
    """This text, which may be looked for. Raises ValueError."""
    if "\x00" in value or len(value) > LONGEST_SEARCH:
        raise ValueError(f"may have at most {LONGEST_SEARCH} characters, without NUL")
    return whole_characters(value)


def _texts(value: Any) -> Sequence[str]:
    values = value if isinstance(value, list | tuple) else () if value is None else (value,)
    return [str(one) for one in values]


def _canonical(name: str, value: str, region: str) -> str:
    searchable(value)
    if not value and name in ("operator_code", "tag"):
        raise ValueError("must not be empty")
    if name == "phone":
        return e164_digits(value, region)
    return canonical_zone(value) if name == "timezone" else value
