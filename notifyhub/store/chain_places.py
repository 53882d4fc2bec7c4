"""What answers tell of chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.store.rows import fetch_rows

PLACE = "chain"
"""The member of a row of deliveries that has its place in its chain."""

_COLUMNS = ("delivery_id", "step", "former_id", "next_id", "rest", "confirm_at")
_PLACES = f"""
    SELECT {", ".join(f"c.{name} AS {name}" for name in _COLUMNS)}
    FROM {{rows}} AS r JOIN chain_steps AS c ON c.delivery_id = r.id"""


class Link(NamedTuple):
    """The place of a delivery in its chain. Times are epoch ms."""

    delivery_id: int
    chain_id: int
    step: int
    next_id: int | None
    rest: str | None
    confirm_at: int | None
    began_at: int

    @property
    def then(self) -> list[str]:
        """The channels that may follow."""
        waits = self.rest is not None and self.next_id is None
        return [channel for channel, _ in orjson.loads(self.rest or "[]")] if waits else []


_LINKS = f"""
    SELECT DISTINCT {", ".join(f"o.{name} AS {name}" for name in Link._fields)} FROM {{rows}} AS r
    JOIN chain_steps AS c ON c.delivery_id = r.id JOIN chain_steps AS o ON o.chain_id = c.chain_id"""


def chain_links(database: peewee.Database, ids: Iterable[int]) -> dict[int, Link]:
    """The places of all steps of the chains that these deliveries are steps of, by delivery."""
    rows = fetch_rows(database, _LINKS, Link._fields, {"id": "BIGINT"}, [(id_,) for id_ in ids])
    return {row[0]: Link(*row) for row in rows}


def with_chains(database: peewee.Database, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of deliveries. Those that are steps of chains get their place in it."""
    found = [dict(row) for row in rows]
    asked = [(row["id"],) for row in found]
    known = fetch_rows(database, _PLACES, _COLUMNS, {"id": "BIGINT"}, asked) if asked else []
    places = {row[0]: _place(dict(zip(_COLUMNS, row, strict=True))) for row in known}
    return [{**row, PLACE: places[row["id"]]} if row["id"] in places else row for row in found]


def _place(row: Mapping[str, Any]) -> answers.ChainStep:
    waits = row["rest"] is not None and row["next_id"] is None
    return answers.ChainStep(
        step=row["step"],
        former_id=row["former_id"],
        next_id=row["next_id"],
        then=[channel for channel, _ in orjson.loads(row["rest"])] if waits else None,
        confirm_by=to_datetime(row["confirm_at"]) if waits and row["confirm_at"] is not None else None,
    )


def chain_answer(channels: str | None) -> answers.Chain | None:
    """The chain of a message, from its JSON."""
    return None if channels is None else answers.Chain(**orjson.loads(channels))
