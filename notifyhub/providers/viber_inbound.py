"""What people do, as Viber posts it to a bot's webhook (REST Bot API, "Callbacks").

A message subscribes; an opened conversation does not.
"""

from __future__ import annotations

from notifyhub.domain.inbound import Deed, Inbound
from notifyhub.providers.base import json_object, object_in
from notifyhub.providers.inbound_parts import as_text, id_in, moment_ms, text_in

_DEEDS = {
    "message": Deed.MESSAGE,
    "subscribed": Deed.JOINED,
    "unsubscribed": Deed.LEFT,
    "conversation_started": Deed.OPENED,
}


def listen(body: bytes, sender: str) -> list[Inbound]:
    """What a callback says of a person. `sender` is the account that signed it."""
    told = json_object(body)
    kind = _DEEDS.get(str(told.get("event")))
    if kind is None:
        return []
    person = id_in(told, "user_id") or id_in(object_in(told, "user"), "id") or id_in(object_in(told, "sender"), "id")
    token = id_in(told, "message_token")
    if person is None or (token or id_in(told, "timestamp")) is None:
        return []
    if kind is Deed.OPENED and told.get("subscribed") is True:
        kind = Deed.JOINED
    # Some editions of subscribed and unsubscribed have no token.
    update_id = f"{told['event']} {token or told['timestamp']} {person}"
    message_id = token if kind is Deed.MESSAGE else None
    text = text_in(object_in(told, "message"), "text") if kind is Deed.MESSAGE else None
    reason = "not_subscribed" if kind is Deed.LEFT else None
    at = moment_ms(told.get("timestamp"))
    return [Inbound("viber", sender, person, kind, text, at, message_id, update_id, True, reason, as_text(told))]
