"""What lists need to know of mailings and clients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import peewee

from notifyhub.requests import Filters
from notifyhub.store.rows import fetch_rows

_ENDS = "SELECT g.id AS id, g.ends_at AS ends_at FROM {rows} AS r JOIN mailings AS g ON g.id = r.id"


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


def with_ends(database: peewee.Database, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of deliveries. Those of mailings expire when their mailing ends, as it says now."""
    found = list(rows)
    ids = sorted({row["mailing_id"] for row in found} - {0})
    if not ids:
        return found
    known = fetch_rows(database, _ENDS, ("id", "ends_at"), {"id": "BIGINT"}, [(id_,) for id_ in ids])
    ends = {row[0]: row[1] for row in known}
    return [row if (end := ends.get(row["mailing_id"])) is None else {**row, "expires_at": end} for row in found]
