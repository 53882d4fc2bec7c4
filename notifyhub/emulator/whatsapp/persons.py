"""What people do in WhatsApp, turned into updates."""

from __future__ import annotations

import time
from typing import Any

from notifyhub.emulator.people.people import Deed, Unheard
from notifyhub.emulator.shared.wire import NOT_DIGITS
from notifyhub.emulator.whatsapp import webhooks
from notifyhub.emulator.whatsapp.businesses import Businesses, Number
from notifyhub.emulator.whatsapp.notifier import Notifier
from notifyhub.emulator.whatsapp.sending import Sending


class Persons:
    """The people behind the phone numbers."""

    def __init__(self, businesses: Businesses, sending: Sending, notifier: Notifier) -> None:
        self._businesses = businesses
        self._sending = sending
        self._notifier = notifier

    def hear(self, address: str, number_id: str, deed: Deed) -> dict[str, Any]:
        """Raises `Unheard` for a number without a webhook."""
        wa_id, number = NOT_DIGITS.sub("", address) or address, self._businesses.known_number(number_id)
        if number is None:
            raise Unheard(f"the number {number_id} has never called")
        if deed.kind in ("block", "unblock"):
            return self._turns(number, wa_id, away=deed.kind == "block")
        if deed.kind == "open":
            raise Unheard("WhatsApp tells nobody of an opened conversation")
        return self._says(number, wa_id, deed)

    def _says(self, number: Number, wa_id: str, deed: Deed) -> dict[str, Any]:
        if not self._notifier.is_heard(number):
            raise Unheard(f"nobody has subscribed to the number {number.id}")
        if wa_id in number.shut_out:
            raise Unheard("the business has blocked this person")
        content = _text(deed) if deed.kind == "message" else _reply(number, wa_id, deed)
        number.wrote_at.put(wa_id, time.time())
        self._businesses.meet(webhooks.user_id(wa_id), wa_id)
        update = webhooks.inbound(number, wa_id, self._sending.message_id(wa_id), content)
        self._notifier.tell(number, "message", update)
        return update

    def _turns(self, number: Number, wa_id: str, *, away: bool) -> dict[str, Any]:
        """A block is not reported: later messages are sent and never delivered."""
        if away:
            number.gone.put(wa_id, True)
        else:
            number.gone.pop(wa_id)
        return {}


def _text(deed: Deed) -> dict[str, Any]:
    context = {"context": {"id": deed.message_id}} if deed.message_id else {}
    return {"type": "text", "text": {"body": deed.text}, **context}


def _reply(number: Number, wa_id: str, deed: Deed) -> dict[str, Any]:
    """The press of a button or row in the number's last such message."""
    offer = number.offers.get(wa_id)
    choice = offer.choices.get(deed.data) if offer and deed.message_id in (None, offer.message_id) else None
    if offer is None or choice is None:
        raise Unheard(f"no message here has a button {deed.data!r}")
    kind, title = choice
    reply = {"type": kind, kind: {"id": deed.data, "title": title}}
    return {
        "context": {"from": number.digits, "id": offer.message_id},
        "type": "interactive",
        "interactive": reply,
    }
