"""The filters of the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notifyhub.domain.audit import ACTIONS, KINDS
from notifyhub.domain.orders import Order
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.fields import moment
from notifyhub.requests.filters import FilterReader, not_before, short_text, unknown_filters

NAMES = ("who", "action", "about", "created_from", "created_to", "order")


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """None or empty: no filter.

    created_from  epoch ms, inclusive; `created_to` is exclusive
    """

    who: str | None = None
    actions: tuple[str, ...] = ()
    about_kind: str | None = None
    about_id: str | None = None
    created_from: int | None = None
    created_to: int | None = None
    order: Order = Order.NEWEST


def audit_filters(given: Mapping[str, Any]) -> tuple[AuditFilters, list[Fault]]:
    """The filters of these names and values (one each, or a list of them), and everything that is wrong with them."""
    reader = FilterReader(given)
    since, until = reader.one("created_from", moment), reader.one("created_to", moment)
    kind, id_ = reader.one("about", _about) or (None, None)
    filters = AuditFilters(
        who=reader.one("who", short_text),
        actions=reader.several("action", tuple(ACTIONS)),
        about_kind=kind,
        about_id=id_,
        created_from=not_before(since),
        created_to=not_before(until),
        order=reader.order(),
    )
    faults = [*unknown_filters(given, NAMES), *reader.faults]
    if since is not None and until is not None and until <= since:
        faults.append(Fault("$.created_to", "too_early", "must be after created_from"))
    return filters, faults


def checked_audit_filters(given: Mapping[str, Any]) -> AuditFilters:
    """The filters that are not None. Raises InvalidRequest with everything that is wrong with them."""
    filters, faults = audit_filters({name: value for name, value in given.items() if value is not None})
    if faults:
        raise InvalidRequest(faults)
    return filters


def _about(value: Any) -> tuple[str, str | None]:
    kind, colon, id_ = short_text(value).partition(":")
    if kind not in KINDS or (colon and not id_):
        raise ValueError(f"must be a kind, or a kind and an id as in mailing:3; there are {', '.join(KINDS)}")
    return kind, id_ or None
