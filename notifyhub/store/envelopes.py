"""What a delivery brings to its messenger, read by itself; claims read many at once (`store.claims`)."""

from __future__ import annotations

from collections.abc import Callable

import peewee

from notifyhub import tracing
from notifyhub.domain.envelope import NONE, Envelope
from notifyhub.errors import NotFound
from notifyhub.store import wordings
from notifyhub.store.rows import as_uuid, fetch
from notifyhub.store.snapshots import at_one_moment

_COLUMNS = ("channel", "address", "message_id", "position", "text", "options")
_DELIVERY = """
    SELECT d.channel AS channel, d.address AS address, d.message_id AS message_id, d.position AS position,
        m.text AS text, m.options AS options
    FROM deliveries AS d JOIN messages AS m ON m.id = d.message_id WHERE d.id = ?"""


def of_delivery(id_: int) -> Callable[[peewee.Database], tuple[str, Envelope]]:
    """Query: the channel and the envelope of a delivery, without the time left for a call. Raises NotFound."""

    @at_one_moment
    def ask(database: peewee.Database) -> tuple[str, Envelope]:
        rows = fetch(database, _DELIVERY, _COLUMNS, id_)
        if not rows:
            raise NotFound("delivery", id_)
        ((channel, address, message_id, position, text, options),) = rows
        own = wordings.at(database, [(message_id, position)]).get((message_id, position))
        text, options = (text, options) if own is None else (own.text, own.options)
        given = (tracing.without(options) or {}).get(channel, NONE)
        return channel, Envelope(address, text, f"{as_uuid(message_id).hex}-{id_}", 0.0, given)

    return ask
