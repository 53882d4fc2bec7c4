"""Message templates: created, listed and deleted through the API, and checked when sent."""

from __future__ import annotations

import re
from typing import Any

from notifyhub.emulator.shared.wire import Answer, Tokens
from notifyhub.emulator.whatsapp.asking import Ask
from notifyhub.emulator.whatsapp.businesses import Account, Businesses
from notifyhub.emulator.whatsapp.errors import (
    NO_TEMPLATE,
    PARAMETER_COUNT,
    Envelope,
    Fault,
    ok,
    required,
    success,
)

PLACEHOLDER = re.compile(r"\{\{\s*\w+\s*\}\}")
# The templates of a new account.
HELLO = {
    "name": "hello_world",
    "language": "en_US",
    "category": "UTILITY",
    "status": "APPROVED",
    "id": "1",
    "components": [{"type": "BODY", "text": "Welcome and congratulations!"}],
}


def template_of(account: Account, sent: dict[str, Any]) -> dict[str, Any] | None:
    """The template of a message, if the account has it."""
    name, language = sent["name"], sent["language"]["code"]
    return account.templates.get((name, language)) or (
        HELLO if (name, language) == (HELLO["name"], HELLO["language"]) else None
    )


def sending_fault(template: dict[str, Any] | None, sent: dict[str, Any], *, strict: bool) -> Fault | None:
    """The fault in sending a template. Unknown templates are a fault only if strict."""
    if template is None:
        name, language = sent["name"], sent["language"]["code"]
        details = f"template name ({name}) does not exist in {language}"
        return Fault(NO_TEMPLATE, details=details) if strict else None
    if template is HELLO and not strict:
        return None
    wanted, given = _placeholders(template), _parameters(sent)
    if wanted == given:
        return None
    details = f"body: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    return Fault(PARAMETER_COUNT, details=details)


def category_of(template: dict[str, Any] | None) -> str:
    """The billing category of a template."""
    return str((template or HELLO).get("category") or "UTILITY").lower()


def _placeholders(template: dict[str, Any]) -> int:
    bodies = [part.get("text") for part in template["components"] if str(part.get("type")).upper() == "BODY"]
    return sum(len(set(PLACEHOLDER.findall(str(text)))) for text in bodies)


def _parameters(sent: dict[str, Any]) -> int:
    bodies = [part for part in sent.get("components") or [] if str(part.get("type")).lower() == "body"]
    return sum(len(part.get("parameters") or []) for part in bodies)


class Templates:
    """`/{account}/message_templates`."""

    def __init__(self, businesses: Businesses, envelope: Envelope, tokens: Tokens) -> None:
        self._businesses = businesses
        self._envelope = envelope
        self._tokens = tokens

    def create(self, ask: Ask) -> Answer:
        fields = ask.fields
        for name in ("name", "language", "category", "components"):
            if not fields.get(name):
                return self._envelope.fault(required(name))
        components = fields["components"]
        if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
            return self._envelope.fault(Fault(100, "(#100) Param components must be an array of JSON objects."))
        template = {name: fields[name] for name in ("name", "language", "category", "components")}
        template |= {"id": str(self._tokens.next()), "status": "APPROVED"}
        account = self._businesses.account(ask.id, ask.token)
        account.templates.put((str(fields["name"]), str(fields["language"])), template)
        return ok({name: template[name] for name in ("id", "status", "category")})

    def all(self, ask: Ask) -> Answer:
        account = self._businesses.account(ask.id, ask.token)
        wanted = ask.fields.get("name")
        found = [one for one in [HELLO, *account.templates.values()] if not wanted or one["name"] == wanted]
        return ok({"data": found, "paging": {}})

    def delete(self, ask: Ask) -> Answer:
        """Deletes a template in all its languages, as the API does."""
        name = ask.fields.get("name")
        if not name:
            return self._envelope.fault(required("name"))
        account = self._businesses.account(ask.id, ask.token)
        keys = [(one["name"], one["language"]) for one in account.templates.values() if one["name"] == name]
        for key in keys:
            account.templates.pop(key)
        return success() if keys else self._envelope.fault(Fault(NO_TEMPLATE))
