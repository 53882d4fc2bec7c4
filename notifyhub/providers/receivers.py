"""Webhook calls of messengers, checked and parsed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from notifyhub.domain.receipt import Receipt
from notifyhub.errors import NotSigned
from notifyhub.providers import viber_receipts, whatsapp_receipts
from notifyhub.providers.registry import EMULATED_TOKENS
from notifyhub.settings import Settings

# The emulator signs WhatsApp's webhooks with this, unless an app has sent its own secret.
EMULATED_APP_SECRET = "emulator-app-secret"  # noqa: S105 (not one)
EMULATED_VERIFY_TOKEN = "emulated"  # noqa: S105 (not one)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Accepts the webhook calls of one channel's messenger.

    header  name of the signature, in lower case
    prefix  what precedes its hex digits
    keys    the keys that may have signed it: one for each account
    read    parses a body into receipts; never raises
    """

    channel: str
    header: str
    prefix: str
    keys: tuple[bytes, ...]
    read: Callable[[bytes], list[Receipt]]

    def receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:
        """The receipts in a raw body. Raises NotSigned."""
        given = headers.get(self.header, "").removeprefix(self.prefix).lower()
        # Every key is tried, and each comparison takes constant time.
        good = [hmac.compare_digest(_hex(key, body), given.encode("utf-8", "replace")) for key in self.keys]
        if not any(good):
            raise NotSigned(f"{self.header} is not the signature of this body by an account of {self.channel}")
        return self.read(body)


def make_receivers(settings: Settings) -> dict[str, Receiver]:
    """Receivers by channel, for the messengers that send receipts."""
    viber, whatsapp = settings.viber, settings.whatsapp
    first = viber.token or (EMULATED_TOKENS["viber"] if viber.emulated else None)
    tokens = [first, *(sender.token for sender in viber.senders.values())]
    secrets = [whatsapp.app_secret, *(getattr(sender, "app_secret", None) for sender in whatsapp.senders.values())]
    if whatsapp.emulated and whatsapp.app_secret is None:
        secrets.append(SecretStr(EMULATED_APP_SECRET))
    receivers = (
        Receiver("viber", "x-viber-content-signature", "", _keys(tokens), viber_receipts.read),
        Receiver("whatsapp", "x-hub-signature-256", "sha256=", _keys(secrets), whatsapp_receipts.read),
    )
    return {receiver.channel: receiver for receiver in receivers}


def verify_token(settings: Settings) -> str | None:
    """The verify token, with which Meta confirms the webhook; None: it cannot be confirmed."""
    own = settings.whatsapp
    if own.verify_token is not None:
        return own.verify_token.get_secret_value()
    return EMULATED_VERIFY_TOKEN if own.emulated else None


def _keys(secrets: Iterable[SecretStr | str | None]) -> tuple[bytes, ...]:
    plain = (secret.get_secret_value() if isinstance(secret, SecretStr) else secret for secret in secrets)
    return tuple(secret.encode() for secret in plain if secret)


def _hex(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).hexdigest().encode()
