"""The providers that settings ask for: real ones where there are credentials, pointed at the emulator elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.base import Provider
from notifyhub.providers.gateway import GatewayProvider
from notifyhub.providers.http import Transport
from notifyhub.providers.telegram import TelegramProvider
from notifyhub.providers.transport import make_transport
from notifyhub.providers.viber import ViberProvider
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
    """Where a channel's calls go."""
    own = settings.channels()[channel]
    if own.emulated:
        return f"{settings.effective_emulator_url}/{channel}"
    return own.base_url or REAL_URLS[channel]


def make_providers(settings: Settings) -> dict[str, Provider]:
    """One provider for each channel. Raises SettingsError when the HTTP client asked for is not installed."""
    return {channel: make(settings, channel) for channel, make in _MAKERS.items()}


def _common(settings: Settings, channel: str) -> tuple[Transport, RetryPolicy, str, str]:
    own: ChannelSettings = settings.channels()[channel]
    transport = make_transport(settings.http_client, own.concurrency)
    retry = RetryPolicy(own.max_attempts, own.retry_base_s, own.retry_cap_s, own.rest_s)
    token = own.token.get_secret_value() if own.token else EMULATED_TOKENS[channel]
    return transport, retry, base_url_of(settings, channel), token


def _telegram(settings: Settings, channel: str) -> Provider:
    transport, retry, base_url, token = _common(settings, channel)
    return TelegramProvider(transport, retry, base_url=base_url, token=token)


def _viber(settings: Settings, channel: str) -> Provider:
    transport, retry, base_url, token = _common(settings, channel)
    return ViberProvider(transport, retry, base_url=base_url, token=token, sender_name=settings.viber.sender_name)


def _whatsapp(settings: Settings, channel: str) -> Provider:
    transport, retry, base_url, token = _common(settings, channel)
    return WhatsAppProvider(
        transport,
        retry,
        base_url=base_url,
        token=token,
        phone_number_id=settings.whatsapp.phone_number_id or EMULATED_NUMBER_ID,
        api_version=settings.whatsapp.api_version,
    )


def _gateway(settings: Settings, channel: str) -> Provider:
    transport, retry, base_url, token = _common(settings, channel)
    return GatewayProvider(transport, retry, base_url=base_url, token=token)


_MAKERS: Mapping[str, Callable[[Settings, str], Provider]] = {
    "telegram": _telegram,
    "viber": _viber,
    "whatsapp": _whatsapp,
    "gateway": _gateway,
}
