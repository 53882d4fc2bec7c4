"""Webhook calls of messengers, checked and parsed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from notifyhub.domain.inbound import Inbound
from notifyhub.domain.receipt import Receipt
from notifyhub.errors import NotSigned
from notifyhub.providers import telegram_updates, viber_inbound, viber_receipts, whatsapp_inbound, whatsapp_receipts
from notifyhub.providers.registry import EMULATED_NUMBER_ID, EMULATED_TOKENS
from notifyhub.settings import Settings

# The emulator signs WhatsApp's webhooks with this, unless an app has sent its own secret.
EMULATED_APP_SECRET = "emulator-app-secret"  # noqa: S105 (not one)
EMULATED_WEBHOOK_SECRET = "emulated"  # noqa: S105 (not one)
EMULATED_VERIFY_TOKEN = "emulated"  # noqa: S105 (not one)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Accepts the webhook calls of one channel's messenger.

    header    name of the signature, in lower case
    prefix    what precedes it
    keys      (account, key) pairs: the keys that may have signed it
    sign      the signature of a body by a key
    receipts  parses a body into receipts; never raises
    listen    parses a body for an account into what people did; never raises
    any_case  signatures are hex digits, in capitals or not
    """

    channel: str
    header: str
    prefix: str
    keys: tuple[tuple[str, bytes], ...]
    sign: Callable[[bytes, bytes], bytes]
    receipts: Callable[[bytes], list[Receipt]]
    listen: Callable[[bytes, str], list[Inbound]]
    any_case: bool = True

    def read(self, body: bytes, headers: Mapping[str, str]) -> tuple[list[Receipt], list[Inbound]]:
        """The receipts in a raw body, and what people did. Raises NotSigned."""
        told = headers.get(self.header, "").removeprefix(self.prefix)
        given = (told.lower() if self.any_case else told).encode("utf-8", "replace")
        # Every key is tried, and each comparison takes constant time.
        good = [account for account, key in self.keys if hmac.compare_digest(self.sign(key, body), given)]
        if not good:
            raise NotSigned(f"{self.header} is not that of an account of {self.channel} for this body")
        return self.receipts(body), self.listen(body, good[0])


def make_receivers(settings: Settings) -> dict[str, Receiver]:
    """Receivers by channel, for the messengers that call webhooks."""
    return {receiver.channel: receiver for receiver in (_telegram(settings), _viber(settings), _whatsapp(settings))}


def _telegram(settings: Settings) -> Receiver:
    own = settings.telegram
    first = own.webhook_secret or (EMULATED_WEBHOOK_SECRET if own.emulated else None)
    secrets = {"": first, **{name: sender.webhook_secret for name, sender in own.senders.items()}}
    # Telegram signs nothing: it returns the secret that it was given with the webhook.
    return Receiver(
        "telegram",
        "x-telegram-bot-api-secret-token",
        "",
        _keys(secrets),
        _itself,
        _none,
        telegram_updates.listen,
        any_case=False,
    )


def _viber(settings: Settings) -> Receiver:
    own = settings.viber
    first = own.token or (EMULATED_TOKENS["viber"] if own.emulated else None)
    tokens = {"": first, **{name: sender.token for name, sender in own.senders.items()}}
    header = "x-viber-content-signature"
    return Receiver("viber", header, "", _keys(tokens), _hex, viber_receipts.read, viber_inbound.listen)


def _whatsapp(settings: Settings) -> Receiver:
    own = settings.whatsapp
    first = own.app_secret or (EMULATED_APP_SECRET if own.emulated else None)
    secrets = {"": first, **{name: sender.app_secret for name, sender in own.senders.items()}}
    numbers = {own.phone_number_id or EMULATED_NUMBER_ID: ""}
    numbers |= {sender.phone_number_id: name for name, sender in own.senders.items()}
    listen = partial(whatsapp_inbound.listen, senders=numbers)
    return Receiver("whatsapp", "x-hub-signature-256", "sha256=", _keys(secrets), _hex, whatsapp_receipts.read, listen)


def verify_token(settings: Settings) -> str | None:
    """The verify token, with which Meta confirms the webhook; None: it cannot be confirmed."""
    own = settings.whatsapp
    if own.verify_token is not None:
        return own.verify_token.get_secret_value()
    return EMULATED_VERIFY_TOKEN if own.emulated else None


def _keys(secrets: Mapping[str, SecretStr | str | None]) -> tuple[tuple[str, bytes], ...]:
    plain = {
        account: secret.get_secret_value() if isinstance(secret, SecretStr) else secret
        for account, secret in secrets.items()
    }
    return tuple((account, secret.encode()) for account, secret in plain.items() if secret)


def _hex(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).hexdigest().encode()


def _itself(key: bytes, _: bytes) -> bytes:
    return key


def _none(_: bytes) -> list[Receipt]:
    return []
