"""The providers for the settings: real ones if there are credentials, otherwise pointed at the emulator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from notifyhub.channel_settings import Sender, ViberSender, WhatsAppSender
from notifyhub.domain.retry import RetryPolicy
from notifyhub.mail.account import MailAccount, account_of, emulated_account
from notifyhub.plugins import installed
from notifyhub.providers.base import Provider
from notifyhub.providers.email import EmailProvider
from notifyhub.providers.gateway import GatewayProvider
from notifyhub.providers.http import Transport
from notifyhub.providers.senders import Senders
from notifyhub.providers.telegram import TelegramProvider
from notifyhub.providers.transport import policy_of, transport_of
from notifyhub.providers.viber import ViberProvider
from notifyhub.providers.viber_broadcast import LIMIT as BROADCASTS
from notifyhub.providers.viber_broadcast import BroadcastingViberProvider
from notifyhub.providers.whatsapp import WhatsAppProvider
from notifyhub.settings import ChannelSettings, Settings

REAL_URLS = {
    "telegram": "https://api.telegram.org",
    "viber": "https://chatapi.viber.com",
    "whatsapp": "https://graph.facebook.com",
    "gateway": "https://probe.fbrq.cloud",
}
# Any well-formed credentials will do for the emulator.
EMULATED_TOKENS = {
    "telegram": "1:emulated",
    "viber": "0000000000000000-0000000000000000-0000000000000000",
    "whatsapp": "emulated",
    "gateway": "emulated",
}
EMULATED_NUMBER_ID = "100000000000001"


def base_url_of(settings: Settings, channel: str) -> str:
    """The base URL of a channel; empty if only a plugin's provider knows it."""
    own = settings.channels()[channel]
    if channel == "email":
        return mail_account_of(settings).url
    if channel in installed():
        return own.base_url or ""
    if own.emulated:
        return f"{settings.effective_emulator_url}/{channel}"
    return own.base_url or REAL_URLS[channel]


def mail_account_of(settings: Settings, sender: str | None = None) -> MailAccount:
    """The account that mails are sent from: the first one, or `sender`; that at the emulator without a mail server."""
    if settings.email.emulated:
        host = urlsplit(settings.effective_emulator_url).hostname or ""
        return emulated_account(settings.email, host, settings.emulator_smtp_port)
    return account_of(settings.email, sender)


def make_providers(settings: Settings) -> dict[str, Provider]:
    """One provider for each channel, including its other accounts.

    Raises SettingsError if the HTTP client is not installed, and for an invalid token or file.
    """
    own = settings.channels()
    further = {channel: plugin.make(own[channel]) for channel, plugin in installed().items() if channel in own}
    http = {channel: _with_senders(settings, channel) for channel in _MAKERS}
    return {**http, "email": _email(settings), **further}


def _email(settings: Settings) -> Provider:
    retry = policy_of(settings.email)
    further = {name: EmailProvider(retry, mail_account_of(settings, name), "its ") for name in settings.email.senders}
    return Senders(EmailProvider(retry, mail_account_of(settings)), further)


def _with_senders(settings: Settings, channel: str) -> Provider:
    own, make = settings.channels()[channel], _MAKERS[channel]
    further = {name: make(settings, channel, sender) for name, sender in own.senders.items()}
    return Senders(make(settings, channel, None), further)


def _common(settings: Settings, channel: str, sender: Sender | None) -> tuple[Transport, RetryPolicy, str, str]:
    own: ChannelSettings = settings.channels()[channel]
    transport, retry = transport_of(own, settings.http_client), policy_of(own)
    secret = own.token if sender is None else sender.token
    token = secret.get_secret_value() if secret else EMULATED_TOKENS[channel]
    return transport, retry, base_url_of(settings, channel), token


def _telegram(settings: Settings, channel: str, sender: Sender | None) -> Provider:
    transport, retry, base_url, token = _common(settings, channel, sender)
    return TelegramProvider(transport, retry, base_url=base_url, token=token, paid=settings.telegram.paid_broadcast)


def _viber(settings: Settings, channel: str, sender: Sender | None) -> Provider:
    transport, retry, base_url, token = _common(settings, channel, sender)
    name = sender.sender_name if isinstance(sender, ViberSender) else None
    given: dict[str, Any] = {
        "base_url": base_url,
        "token": token,
        "sender_name": name or settings.viber.sender_name,
    }
    if settings.viber.broadcast:
        limit = BROADCASTS if settings.keeps_limits(channel) else None
        return BroadcastingViberProvider(transport, retry, limit=limit, **given)
    return ViberProvider(transport, retry, **given)


def _whatsapp(settings: Settings, channel: str, sender: Sender | None) -> Provider:
    transport, retry, base_url, token = _common(settings, channel, sender)
    own = sender if isinstance(sender, WhatsAppSender) else settings.whatsapp
    return WhatsAppProvider(
        transport,
        retry,
        base_url=base_url,
        token=token,
        phone_number_id=own.phone_number_id or EMULATED_NUMBER_ID,
        api_version=settings.whatsapp.api_version,
    )


def _gateway(settings: Settings, channel: str, sender: Sender | None) -> Provider:
    transport, retry, base_url, token = _common(settings, channel, sender)
    return GatewayProvider(transport, retry, base_url=base_url, token=token)


_MAKERS: Mapping[str, Callable[[Settings, str, Sender | None], Provider]] = {
    "telegram": _telegram,
    "viber": _viber,
    "whatsapp": _whatsapp,
    "gateway": _gateway,
}
