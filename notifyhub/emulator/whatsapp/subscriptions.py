"""Destinations of updates: subscriptions of apps, overridden by webhooks of accounts and numbers."""

from __future__ import annotations

import hashlib
import secrets

from notifyhub.emulator.callbacks.callbacks import Callbacks
from notifyhub.emulator.callbacks.caller import Callback
from notifyhub.emulator.callbacks.egress import is_callable
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.whatsapp.asking import Ask
from notifyhub.emulator.whatsapp.businesses import Businesses
from notifyhub.emulator.whatsapp.errors import CALLBACK_FAILED, Envelope, Fault, invalid, ok, required, success

OBJECT = "whatsapp_business_account"


class Subscriptions:
    """Every webhook is verified by a challenge before it is accepted."""

    def __init__(self, businesses: Businesses, callbacks: Callbacks, envelope: Envelope) -> None:
        self._businesses = businesses
        self._callbacks = callbacks
        self._envelope = envelope

    def access_token(self, ask: Ask) -> Answer:
        """`GET /oauth/access_token`: gives the emulator the app's secret, which signs its updates."""
        app_id, secret = (ask.fields.get(name) for name in ("client_id", "client_secret"))
        if not app_id or not secret:
            absent = "client_secret" if app_id else "client_id"
            return self._envelope.fault(Fault(101, f"Missing {absent} parameter."))
        self._businesses.app(str(app_id)).secret = str(secret)
        mark = hashlib.sha256(f"{app_id} {secret}".encode()).hexdigest()[:27]
        return ok({"access_token": f"{app_id}|{mark}", "token_type": "bearer"})

    async def subscribe(self, ask: Ask) -> Answer:
        """`POST /{app}/subscriptions`."""
        for name in ("object", "callback_url", "verify_token"):
            if not ask.fields.get(name):
                return self._envelope.fault(required(name))
        if ask.fields["object"] != OBJECT:
            return self._envelope.fault(invalid(f"Param object must be one of {{{OBJECT.upper()}}}."))
        url = str(ask.fields["callback_url"])
        refused = await self._refusal(ask.id, url, str(ask.fields["verify_token"]))
        if refused:
            return refused
        app = self._businesses.app(ask.id)
        wanted = ask.fields.get("fields") or ()
        app.callback = url
        app.fields = tuple(wanted.split(",") if isinstance(wanted, str) else map(str, wanted))
        return success()

    def subscribed(self, ask: Ask) -> Answer:
        """`GET /{app}/subscriptions`."""
        app = self._businesses.app(ask.id)
        fields = [{"name": name, "version": "v26.0"} for name in app.fields]
        one = {"object": OBJECT, "callback_url": app.callback, "active": True, "fields": fields}
        return ok({"data": [one] if app.callback else []})

    def unsubscribe(self, ask: Ask) -> Answer:
        """`DELETE /{app}/subscriptions`."""
        self._businesses.app(ask.id).callback = ""
        return success()

    async def subscribe_account(self, ask: Ask) -> Answer:
        """`POST /{account}/subscribed_apps`; without a URL the account's webhook is removed."""
        url = str(ask.fields.get("override_callback_uri") or "")
        refused = await self._refusal(ask.id, url, str(ask.fields.get("verify_token") or "")) if url else None
        if refused:
            return refused
        account = self._businesses.account(ask.id, ask.token)
        account.callback, account.is_subscribed = url, True
        return success()

    def account_apps(self, ask: Ask) -> Answer:
        """`GET /{account}/subscribed_apps`."""
        account = self._businesses.account(ask.id, ask.token)
        override = {"override_callback_uri": account.callback} if account.callback else {}
        apps = [
            {"whatsapp_business_api_data": {"id": app.id, "name": "Emu", "link": "https://example.com/"}, **override}
            for app in self._businesses.apps()
        ]
        return ok({"data": apps if account.is_subscribed else []})

    def unsubscribe_account(self, ask: Ask) -> Answer:
        """`DELETE /{account}/subscribed_apps`."""
        account = self._businesses.account(ask.id, ask.token)
        account.callback, account.is_subscribed = "", False
        return success()

    async def direct_number(self, ask: Ask) -> Answer:
        """`webhook_configuration` of `POST /{number}`; an empty URL removes it."""
        wanted = ask.fields["webhook_configuration"] or {}
        url = str(wanted.get("override_callback_uri") or "")
        refused = await self._refusal(ask.id, url, str(wanted.get("verify_token") or "")) if url else None
        if refused:
            return refused
        self._businesses.number(ask.id, ask.token).callback = url
        return success()

    async def _refusal(self, owner: str, url: str, verify_token: str) -> Answer | None:
        """Verify the webhook: it must return the challenge with 200."""
        if not is_callable(url):
            return self._envelope.fault(Fault(CALLBACK_FAILED, f"(#2200) The callback URL {url} is not valid."))
        challenge = str(secrets.randbelow(1 << 31))
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        verification = Callback("whatsapp", owner, "verify", url, b"", parameters=asked, method="GET")
        result = await self._callbacks.call(verification)
        if result.status == 200 and result.answer.decode("utf-8", "replace").strip() == challenge:
            return None
        found = f"HTTP Status Code = {result.status}" if result.status else f"Connection failed: {result.error}"
        text = f"(#2200) Callback verification failed with the following errors: {found}"
        return self._envelope.fault(Fault(CALLBACK_FAILED, text))
