"""The columns of a table of clients."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from notifyhub.domain.addresses import FORMS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.clients import ClientRequest

ATTRIBUTE = "attributes."
ADDRESS = "addresses."
NOT_TAKEN = frozenset({"id", "created_at", "updated_at"})
"""Members of a client that an import leaves alone."""

NAMES = MappingProxyType(
    {
        "phone_number": "phone",
        "телефон": "phone",
        "номер": "phone",
        "номер телефона": "phone",
        "phone_number_code": "operator_code",
        "mobile_operator_code": "operator_code",
        "код оператора": "operator_code",
        "e-mail": "email",
        "почта": "email",
        "электронная почта": "email",
        "tag": "tags",
        "тег": "tags",
        "теги": "tags",
        "time_zone": "timezone",
        "tz": "timezone",
        "часовой пояс": "timezone",
    }
)
"""Other names of columns."""


def columns_of(head: Sequence[str]) -> list[tuple[int, str]]:
    """(place, member) of the columns of a head that an import takes.

    Raises InvalidRequest for a head without a phone, or with columns that nobody knows or that mean the same.
    """
    named = [(place, _column(name)) for place, name in enumerate(head) if name]
    taken = [(place, column) for place, column in named if column not in NOT_TAKEN]
    columns = [column for _, column in taken]
    faults = [
        Fault("$", "form", f"there is no column {name!r}; a free attribute is called {ATTRIBUTE}{name}")
        for name in columns
        if name not in ClientRequest.model_fields and not name.startswith((ATTRIBUTE, ADDRESS))
    ]
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        faults.append(Fault("$", "repeated", f"has the column {', '.join(repeated)} more than once"))
    if "phone" not in columns:
        faults.insert(0, Fault("$", "form", "has no column phone: is it a table of clients?"))
    if faults:
        raise InvalidRequest(faults)
    return taken


def _column(name: str) -> str:
    """The name of a member, whatever the head calls it; `addresses.telegram` may be `telegram`."""
    plain = name.strip()
    found = NAMES.get(plain.lower())
    if found is None and plain.lower() in (*ClientRequest.model_fields, *FORMS):
        found = plain.lower()
    return f"{ADDRESS}{found}" if found in FORMS else found or plain
