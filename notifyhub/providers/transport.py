"""The choice between HTTP clients."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from notifyhub.channel_settings import ChannelSettings
from notifyhub.domain.retry import RetryPolicy
from notifyhub.errors import SettingsError
from notifyhub.providers.http import STRAIGHT, Connection, Transport


def transport_of(own: ChannelSettings, name: Literal["auto", "aiohttp", "pyreqwest"] = "auto") -> Transport:
    """The transport for a channel's settings, with its proxy and certificates."""
    return make_transport(name, own.concurrency, Connection(own.proxy, own.ca_file, own.verify_tls))


def policy_of(own: ChannelSettings) -> RetryPolicy:
    """The retry policy for a channel's settings."""
    return RetryPolicy(own.max_attempts, own.retry_base_s, own.retry_cap_s, own.rest_s)


def make_transport(
    name: Literal["auto", "aiohttp", "pyreqwest"], concurrency: int, connection: Connection = STRAIGHT
) -> Transport:
    """The transport `name`; `auto` is pyreqwest if it is installed and works, otherwise aiohttp.

    Raises SettingsError if pyreqwest is named and not available.
    """
    installed = name != "aiohttp" and find_spec("pyreqwest") is not None
    if name == "pyreqwest" and not installed:
        raise SettingsError("NOTIFYHUB_HTTP_CLIENT: pyreqwest is not installed: pip install notifyhub[fast]")
    if not installed:
        return _aiohttp(concurrency, connection)
    from notifyhub.providers.pyreqwest_transport import PyreqwestTransport, works_here

    if not works_here():
        if name == "pyreqwest":
            raise SettingsError("NOTIFYHUB_HTTP_CLIENT: pyreqwest cannot be used after a fork; use aiohttp")
        return _aiohttp(concurrency, connection)
    return PyreqwestTransport(concurrency, connection)


def _aiohttp(concurrency: int, connection: Connection) -> Transport:
    # Here, because importing it takes a tenth of a second that hubs which only accept need not spend.
    from notifyhub.providers.aiohttp_transport import AiohttpTransport

    return AiohttpTransport(concurrency, connection)
