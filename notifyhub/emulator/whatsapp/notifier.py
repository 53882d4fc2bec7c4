"""Updates for a business: to its number's webhook, else its account's, else to all subscribed apps."""

from __future__ import annotations

from typing import Any

from notifyhub.emulator.callbacks.caller import Callback, Repeats
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.whatsapp import webhooks
from notifyhub.emulator.whatsapp.businesses import Businesses, Number

# Meta retries for days with growing pauses; for tests a few retries are enough.
REPEATS = Repeats(times=7, first_s=1.0, factor=2.0, most_s=60.0)


class Notifier:
    """Updates of all numbers."""

    def __init__(self, context: MessengerContext, businesses: Businesses) -> None:
        self._context = context
        self._businesses = businesses

    def is_heard(self, number: Number) -> bool:
        """Does anybody get updates of this number?"""
        return bool(self._targets(number))

    def tell(self, number: Number, kind: str, update: dict[str, Any], after_s: float = 0.0, *, about: str = "") -> None:
        """Send an update to all subscribers. `about` is the message it is about."""
        for url, secret in self._targets(number):
            body = webhooks.encoded(update)
            headers = {"Content-Type": "application/json", webhooks.SIGNATURE: webhooks.signature(secret, body)}
            self._context.callbacks.send(
                Callback("whatsapp", number.id, kind, url, body, headers, repeats=REPEATS, about=about), after_s
            )

    def _targets(self, number: Number) -> list[tuple[str, str]]:
        account, usual = self._businesses.known_account(number.account_id), self._context.strictness.whatsapp.app_secret
        own = number.callback or (account.callback if account else "")
        if own:
            return [(own, usual)]
        if account and not account.is_subscribed:
            return []
        apps = self._businesses.apps()
        return [(app.callback, app.secret or usual) for app in apps if app.callback and "messages" in app.fields]
