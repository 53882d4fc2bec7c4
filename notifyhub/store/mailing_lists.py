"""The filters of lists that concern mailings and clients."""

from __future__ import annotations

from typing import Any

from notifyhub.requests import Filters


def mailing_conditions(filters: Filters, of: str = "") -> tuple[str, list[Any]]:
    """The condition that a delivery is of this mailing, client and so on, and its values. `of` precedes columns."""
    parts: list[str] = []
    values: list[Any] = []
    if filters.mailing_id is not None:
        # All its deliveries were created between two moments, so that the indexes of the lists find them.
        edge = "(SELECT {} FROM mailings AS g WHERE g.id = ?)"
        parts.append(f"AND {of}mailing_id = ? AND {of}created_at >= {edge.format('g.started_at')}")
        latest = edge.format("COALESCE(g.expanded_at, 9000000000000000)")
        parts.append(f"AND {of}created_at <= {latest}")
        values += [filters.mailing_id] * 3
    for name in ("client_id", "reason", "operator_code"):
        if (value := getattr(filters, name)) is not None:
            parts.append(f"AND {of}{name} = ?")
            values.append(value)
    return " ".join(parts), values
