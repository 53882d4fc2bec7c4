"""Business numbers and accounts, besides sending: reads, registration, profile, settings, blocked people."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import Any

from notifyhub.emulator.shared.wire import NOT_DIGITS, Answer
from notifyhub.emulator.whatsapp.asking import Ask
from notifyhub.emulator.whatsapp.businesses import Businesses, Number
from notifyhub.emulator.whatsapp.errors import WRONG_PIN, Envelope, Fault, invalid, ok, required, success
from notifyhub.emulator.whatsapp.subscriptions import Subscriptions

PIN = re.compile(r"[0-9]{6}")
# The default fields of `GET /{number}`, and those in an account's lists.
USUAL_FIELDS = ("verified_name", "display_phone_number", "quality_rating", "platform_type", "throughput")
PROFILE = "whatsapp_business_profile"


class Numbers:
    """Objects under `/{number}` and `/{account}`."""

    def __init__(self, businesses: Businesses, subscriptions: Subscriptions, envelope: Envelope) -> None:
        self._businesses = businesses
        self._subscriptions = subscriptions
        self._envelope = envelope

    def look_up(self, ask: Ask) -> Answer:
        """`GET /{id}` of a known account, otherwise of a number."""
        account = self._businesses.known_account(ask.id)
        if account is not None and self._businesses.known_number(ask.id) is None:
            return ok({"id": account.id, "name": "Emu", "currency": "USD", "timezone_id": "1"})
        return ok(_described(self._number(ask), ask.fields))

    def change(self, ask: Ask) -> Answer | Awaitable[Answer]:
        """`POST /{number}`: its webhook, its name."""
        if "webhook_configuration" in ask.fields:
            return self._subscriptions.direct_number(ask)
        name = ask.fields.get("new_display_name")
        if name:
            self._number(ask).name = str(name)
        return success()

    def of_account(self, ask: Ask) -> Answer:
        """`GET /{account}/phone_numbers`: the numbers that have called with the account's tokens."""
        account = self._businesses.account(ask.id, ask.token)
        found = [_described(number, ask.fields) for number in self._businesses.numbers_of(account.id)]
        return ok({"data": found, "paging": {}})

    def register(self, ask: Ask) -> Answer:
        """`POST /{number}/register`: the first PIN is set, a later one must be the same."""
        if ask.fields.get("messaging_product") != "whatsapp":
            return self._envelope.fault(required("messaging_product"))
        pin, number = str(ask.fields.get("pin") or ""), self._number(ask)
        if not pin:
            return self._envelope.fault(required("pin"))
        if not PIN.fullmatch(pin):
            return self._envelope.fault(invalid("Param pin must be 6 characters long."))
        if number.pin and number.pin != pin:
            return self._envelope.fault(Fault(WRONG_PIN))
        number.pin, number.is_registered = pin, True
        return success()

    def deregister(self, ask: Ask) -> Answer:
        self._number(ask).is_registered = False
        return success()

    def request_code(self, ask: Ask) -> Answer:
        return self._succeeds_with(ask, "code_method", "language")

    def verify_code(self, ask: Ask) -> Answer:
        return self._succeeds_with(ask, "code")

    def profile(self, ask: Ask) -> Answer:
        kept = {"messaging_product": "whatsapp", "vertical": "OTHER", **self._number(ask).sheets.get(PROFILE, {})}
        return ok({"data": [_chosen(kept, ask.fields)]})

    def sheet(self, ask: Ask) -> Answer:
        """`GET` of settings that are returned as they were given."""
        return ok({"data": [self._number(ask).sheets.get(ask.edge, {})]})

    def set_sheet(self, ask: Ask) -> Answer:
        kept = self._number(ask).sheets.setdefault(ask.edge, {})
        kept |= {name: value for name, value in ask.fields.items() if name not in ("messaging_product", "access_token")}
        return success()

    def shut_out(self, ask: Ask) -> Answer:
        """`POST /{number}/block_users`."""
        return self._change_blocks(ask, "added_users")

    def let_in(self, ask: Ask) -> Answer:
        """`DELETE /{number}/block_users`."""
        return self._change_blocks(ask, "removed_users")

    def blocks(self, ask: Ask) -> Answer:
        people = [{"messaging_product": "whatsapp", "wa_id": wa_id} for wa_id in self._number(ask).shut_out]
        return ok({"data": people, "paging": {}})

    def _change_blocks(self, ask: Ask, told_as: str) -> Answer:
        named, number = ask.fields.get("block_users"), self._number(ask)
        if not isinstance(named, list) or not named or not all(isinstance(one, dict) for one in named):
            return self._envelope.fault(required("block_users"))
        people = [str(one.get("user") or "") for one in named]
        for wa_id in (NOT_DIGITS.sub("", one) for one in people):
            if told_as == "added_users":
                number.shut_out.put(wa_id, True)
            else:
                number.shut_out.pop(wa_id)
        changed = [{"input": one, "wa_id": NOT_DIGITS.sub("", one)} for one in people]
        return ok({"messaging_product": "whatsapp", "block_users": {told_as: changed}})

    def _succeeds_with(self, ask: Ask, *names: str) -> Answer:
        absent = next((name for name in names if not ask.fields.get(name)), None)
        return self._envelope.fault(required(absent)) if absent else success()

    def _number(self, ask: Ask) -> Number:
        return self._businesses.number(ask.id, ask.token)


def _described(number: Number, fields: Mapping[str, Any]) -> dict[str, Any]:
    callback = {"webhook_configuration": {"phone_number": number.callback}} if number.callback else {}
    everything = {
        "verified_name": number.name,
        "display_phone_number": number.display,
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": "CONNECTED" if number.is_registered else "DISCONNECTED",
        "is_pin_enabled": bool(number.pin),
        **callback,
    }
    if not fields.get("fields"):
        return {name: everything[name] for name in USUAL_FIELDS} | {"id": number.id}
    return _chosen(everything, fields) | {"id": number.id}


def _chosen(everything: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    wanted = str(fields.get("fields") or "").split(",")
    return {name: value for name, value in everything.items() if name in wanted or wanted == [""]}
