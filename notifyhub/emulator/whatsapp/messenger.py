"""The WhatsApp Cloud API: `/{version}/{object}/{edge}`, with or without the version.

Facts from developers.facebook.com/documentation/business-messaging/whatsapp and GitHub `facebook/openapi`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from notifyhub.emulator.people.people import Deed
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.wire import Answer, Arrival, Call, Refusal, Tokens, html
from notifyhub.emulator.whatsapp import checks
from notifyhub.emulator.whatsapp.asking import Ask, fields_of, parts_of, read_ask, shapes_of, token_of
from notifyhub.emulator.whatsapp.businesses import Businesses
from notifyhub.emulator.whatsapp.errors import (
    AUTH,
    CODE_OF_STATUS,
    OUTCOMES,
    UNKNOWN_PATH,
    Envelope,
    Fault,
    success,
)
from notifyhub.emulator.whatsapp.media import DOWNLOADS, Media
from notifyhub.emulator.whatsapp.notifier import Notifier
from notifyhub.emulator.whatsapp.numbers import PROFILE, Numbers
from notifyhub.emulator.whatsapp.persons import Persons
from notifyhub.emulator.whatsapp.sending import Sending, shown_text
from notifyhub.emulator.whatsapp.subscriptions import Subscriptions
from notifyhub.emulator.whatsapp.templates import Templates
from notifyhub.emulator.whatsapp.typed import type_fault

# A marketing message must be a template; the rest is the same.
SENDS = ("messages", "marketing_messages")
# Settings that are stored and returned unchanged.
SHEETS = ("settings", "whatsapp_commerce_settings", "whatsapp_business_encryption", "conversational_automation")

OBJECT_ID = re.compile(r"[0-9]{1,32}")

Handler = Callable[[Ask], Answer | Awaitable[Answer]]


class WhatsApp:
    """Any token is valid, and any digits are a business number or an account; every recipient has WhatsApp."""

    channel = "whatsapp"

    def __init__(self, context: MessengerContext) -> None:
        tokens = Tokens()
        self._businesses = Businesses()
        self._envelope = Envelope(tokens)
        self._media = Media(context.files, self._envelope, tokens)
        notifier = Notifier(context, self._businesses)
        self._sending = Sending(context, self._businesses, self._envelope, tokens, self._media, notifier)
        self._persons = Persons(self._businesses, self._sending, notifier)
        self._subscriptions = Subscriptions(self._businesses, context.callbacks, self._envelope)
        numbers = Numbers(self._businesses, self._subscriptions, self._envelope)
        self._numbers = numbers
        self._handlers = self._table(numbers, Templates(self._businesses, self._envelope, tokens))

    def _table(self, numbers: Numbers, templates: Templates) -> dict[tuple[str, str], Handler]:
        subscriptions = self._subscriptions
        sheets: dict[tuple[str, str], Handler] = {("GET", name): numbers.sheet for name in SHEETS}
        sheets |= {("POST", name): numbers.set_sheet for name in (*SHEETS, PROFILE)}
        return sheets | {
            ("GET", ""): self._look_up,
            ("POST", ""): numbers.change,
            ("DELETE", ""): self._delete,
            ("POST", "media"): self._media.upload,
            ("POST", "register"): numbers.register,
            ("POST", "deregister"): numbers.deregister,
            ("POST", "request_code"): numbers.request_code,
            ("POST", "verify_code"): numbers.verify_code,
            ("GET", PROFILE): numbers.profile,
            ("GET", "block_users"): numbers.blocks,
            ("POST", "block_users"): numbers.shut_out,
            ("DELETE", "block_users"): numbers.let_in,
            ("GET", "phone_numbers"): numbers.of_account,
            ("GET", "subscriptions"): subscriptions.subscribed,
            ("POST", "subscriptions"): subscriptions.subscribe,
            ("DELETE", "subscriptions"): subscriptions.unsubscribe,
            ("GET", "subscribed_apps"): subscriptions.account_apps,
            ("POST", "subscribed_apps"): subscriptions.subscribe_account,
            ("DELETE", "subscribed_apps"): subscriptions.unsubscribe_account,
            ("GET", "message_templates"): templates.all,
            ("POST", "message_templates"): templates.create,
            ("DELETE", "message_templates"): templates.delete,
        }

    def aside(self, call: Call) -> Answer | Awaitable[Answer] | None:
        parts = parts_of(call)
        if call.method == "POST" and len(parts) == 2 and parts[1] in SENDS:
            # Cheaper than reading every message twice.
            return self._mark(read_ask(call)) if b'"status"' in call.body and _is_mark(call) else None
        ask = read_ask(call)
        if parts[:1] == (DOWNLOADS,) and call.method == "GET":
            return self._media.download(ask)
        if parts == ("oauth", "access_token") and call.method == "GET":
            return self._subscriptions.access_token(ask)
        handler = self._handlers.get((call.method, ask.edge)) if ask.id else None
        if handler is None:
            return self._envelope.fault(Fault(UNKNOWN_PATH, f"Unknown path components: /{call.path}"))
        return self._refusal(ask) or self._type_refusal(ask) or handler(ask)

    def read(self, call: Call) -> Arrival:
        fields = fields_of(call)
        address, number_id = self._businesses.person(checks.address_of(fields)), parts_of(call)[0]
        return Arrival(address, shown_text(fields), token_of(call, fields), fields, number_id)

    def answer(self, call: Call, arrival: Arrival) -> Answer:
        if not arrival.token:
            return self._envelope.fault(Fault(AUTH))
        if not OBJECT_ID.fullmatch(arrival.account):
            return self._envelope.unknown_object(arrival.account, "POST")
        return self._sending.message(self._businesses.number(arrival.account, arrival.token), arrival)

    def refuse(self, refusal: Refusal) -> Answer:
        code = refusal.code if refusal.code is not None else CODE_OF_STATUS.get(refusal.status)
        if refusal.outcome is not None:
            code = OUTCOMES[refusal.outcome].code
        if code is None:
            return html(refusal.status, f"{refusal.status} {HTTPStatus(refusal.status).phrase}")
        answer = self._envelope.fault(Fault(code), status=refusal.status)
        answer.headers = refusal.headers()
        return answer

    def hear(self, address: str, bot: str, deed: Deed) -> dict[str, Any]:
        return self._persons.hear(address, bot, deed)

    def forget_people(self) -> None:
        """Forget messages and blocks; numbers, accounts, apps and their webhooks stay."""
        self._businesses.forget_people()

    def _refusal(self, ask: Ask) -> Answer | None:
        """Every call needs a token and an object id of digits."""
        if not ask.token:
            return self._envelope.fault(Fault(AUTH))
        return None if OBJECT_ID.fullmatch(ask.id) else self._envelope.unknown_object(ask.id, ask.call.method)

    def _type_refusal(self, ask: Ask) -> Answer | None:
        fault = type_fault(ask.fields, shapes_of(ask.edge))
        return self._envelope.fault(fault) if fault else None

    def _mark(self, ask: Ask) -> Answer:
        fault = checks.mark_fault(ask.fields)
        return self._refusal(ask) or (self._envelope.fault(fault) if fault else success())

    def _look_up(self, ask: Ask) -> Answer:
        file = self._media.find(ask.id, ask.token)
        return self._media.look_up(ask, file) if file else self._numbers.look_up(ask)

    def _delete(self, ask: Ask) -> Answer:
        file = self._media.find(ask.id, ask.token)
        return self._media.delete(file) if file else self._envelope.unknown_object(ask.id, "DELETE")


def _is_mark(call: Call) -> bool:
    return fields_of(call).get("status") == "read"
