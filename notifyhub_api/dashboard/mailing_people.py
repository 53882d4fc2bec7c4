"""Who gets the text of a mailing as a test: the fields of a form as the API takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifyhub.errors import Fault
from notifyhub_api.dashboard.form import Form, beside, given

CLIENTS = "test_clients"
PLACE = "to."
"""The field of a channel's addresses begins with this."""


def people(form: Form) -> dict[str, Any]:
    """The request of a test."""
    clients = [int(one) if one.isdecimal() and len(one) < 19 else one for one in form.lines(CLIENTS)]
    recipients = [{field.removeprefix(PLACE): address} for field, address in _addresses(form)]
    return given(clients=clients or None, recipients=recipients or None)


def places_of_people(form: Form, faults: Sequence[Fault]) -> dict[str, list[str]]:
    """Faults of that request beside its fields."""
    fields = {f"recipients[{at}]": field for at, (field, _) in enumerate(_addresses(form))}
    return beside(faults, {"clients": CLIENTS, "": CLIENTS} | fields)


def _addresses(form: Form) -> list[tuple[str, str]]:
    return [(field, address) for field in form if field.startswith(PLACE) for address in form.lines(field)]
