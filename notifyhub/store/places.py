"""What is stored of an address outside of deliveries: it is found by the address itself, in tables small enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import orjson
import peewee

from notifyhub.store.rows import Type, run, run_rows

Place = tuple[str, str]
"""Channel and address."""

_PLACE: dict[str, Type] = {"channel": "TEXT", "address": "TEXT"}
_REACHABILITY = """
    DELETE FROM reachability WHERE (channel, address) IN (SELECT r.channel, r.address FROM {rows} AS r)"""
_EARLY = "DELETE FROM early_receipts WHERE address IN (SELECT r.address FROM {rows} AS r)"
_CELLS = "DELETE FROM rate_cells WHERE name LIKE ? ESCAPE '!'"
_STEPS = "UPDATE chain_steps SET rest = NULL, confirm_at = NULL WHERE rest LIKE ? ESCAPE '!'"
_POSTS = "DELETE FROM inbound_posts WHERE body LIKE ? ESCAPE '!'"
_ANSWERS = "UPDATE idempotency_keys SET body = REPLACE(body, ?, '\"\"') WHERE body LIKE ? ESCAPE '!'"
_OF_CLIENT = "SELECT consumer, key FROM idempotency_keys WHERE body LIKE ? ESCAPE '!'"
_EMPTY_ANSWER = "UPDATE idempotency_keys SET body = ? WHERE consumer = ? AND key = ?"


def forget_client_answers(database: peewee.Database, client_id: int, emptied: str) -> int:
    """Replace stored answers that show a client by `emptied`. Returns their number."""
    rows = run(database, _OF_CLIENT, f'{{"id":{client_id:d},"phone":%').fetchall()
    for consumer, key in rows:
        run(database, _EMPTY_ANSWER, emptied, consumer, key)
    return len(rows)


def forget_places(database: peewee.Database, places: Collection[Place]) -> Counter[str]:
    """Remove what is stored of these addresses. Returns the number of rows by table."""
    rows = sorted(places)
    counts = Counter[str]()
    if not rows:
        return counts
    counts["reachability"] = run_rows(database, _REACHABILITY, _PLACE, rows).rowcount
    counts["early_receipts"] = run_rows(database, _EARLY, _PLACE, rows).rowcount
    for address in sorted({address for _, address in rows}):
        counts += _forget_mentions(database, address)
    return counts


def _forget_mentions(database: peewee.Database, address: str) -> Counter[str]:
    """Remove an address from JSON texts, where it is a whole string."""
    quoted = orjson.dumps(address).decode()
    mentions = f"%{_literal(quoted)}%"
    cells: Sequence[tuple[str, str]] = (("chain_steps", _STEPS), ("inbound_posts", _POSTS))
    counts = Counter({table: run(database, sql, mentions).rowcount for table, sql in cells})
    counts["rate_cells"] = run(database, _CELLS, f"%:{_literal(address)}").rowcount
    counts["idempotency_keys"] = run(database, _ANSWERS, quoted, mentions).rowcount
    return counts


def _literal(text: str) -> str:
    """A text in a pattern of LIKE, without wildcards."""
    for special in "!%_":
        text = text.replace(special, f"!{special}")
    return text
