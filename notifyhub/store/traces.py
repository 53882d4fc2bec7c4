"""Where deliveries, messages and clients leave traces: one line for each table.

Pruning deletes the rows of what it deletes, forgetting empties what is personal in them, and erasing does both. A test
finds models with such a key that are not listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

GONE = "GONE"
"""Of a trace that is personal as a whole: its row is deleted."""


class Trace(NamedTuple):
    """Rows of `table` that belong to what their `column` names.

    empty  what an UPDATE sets so that nothing personal is left; the empty text: nothing is; or `GONE`
    """

    table: str
    column: str
    empty: str = ""


OF_DELIVERY = (
    Trace("attempts", "delivery_id", "detail = ''"),
    Trace("receipts", "delivery_id", "detail = ''"),
    Trace("chain_steps", "delivery_id", "rest = NULL, confirm_at = NULL"),
    Trace("refusals", "delivery_id"),
    Trace("retention_kept", "delivery_id"),
)
OF_MESSAGE = (
    Trace("duplicates", "message_id", "address = ''"),
    Trace("wordings", "message_id", GONE),
    Trace("reachability_overrides", "message_id"),
)
OF_CLIENT = (
    Trace("client_tags", "client_id", GONE),
    Trace("pruned_keys", "client_id", GONE),
)
ELSEWHERE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("deliveries", "message_id"): "pruned first, and its message after it",
        ("deliveries", "client_id"): "a number without a name once the client is gone",
        ("duplicates", "client_id"): "emptied by `erasures.forget`",
        ("chain_steps", "message_id"): "goes with its delivery",
        ("mailings", "message_id"): "mailings stay",
        ("early_receipts", "message_id"): "kept for ten minutes",
        ("early_receipts", "delivery_id"): "kept for ten minutes",
        ("pruned_keys", "delivery_id"): "what is left of a pruned delivery",
        ("erasures", "client_id"): "the proof itself",
        ("event_messages", "message_id"): "gone within seconds, when it is said that the message is completed",
    }
)
"""Keys that pruning, forgetting and erasing deal with in another way, and why."""
