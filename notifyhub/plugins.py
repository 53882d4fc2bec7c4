"""Plugins: packages with a channel in the entry point group `notifyhub.providers`.

They are looked up when settings are loaded, not on import. From then on the channel's addresses, limits and options are
used like those of the built-in channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import BaseModel

from notifyhub.channel_settings import ChannelSettings
from notifyhub.domain import addresses, limits
from notifyhub.domain.addresses import AddressForm
from notifyhub.errors import SettingsError

GROUP = "notifyhub.providers"
# No underscore: it ends the channel in the names of settings.
_NAME = re.compile(r"[a-z][a-z0-9]{1,31}")


def _as_it_is(address: str | int) -> str:
    return str(address).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlugin:
    """A plugin's channel. An entry point in the group `notifyhub.providers` is one of these, or None for no channel.

    channel         its name: 2 to 32 of a-z and 0-9, beginning with a letter
    make            makes the provider from its settings: an object with `send(envelope)` and `aclose()`
    address         turns a caller's text into the canonical address; raises ValueError with a sentence
    description     one line about its addresses, for error texts and the OpenAPI document
    example         an address in that form
    max_characters  longest text in Unicode code points; None: no limit
    settings        model of its settings, read from `NOTIFYHUB_<CHANNEL>_…`
    options         model of a message's options for it; None: no options
    """

    channel: str
    make: Callable[[Any], Any]
    address: Callable[[str | int], str] = _as_it_is
    description: str = "address"
    example: str = "1"
    max_characters: int | None = None
    settings: type[ChannelSettings] = ChannelSettings
    options: type[BaseModel] | None = None


@cache
def installed() -> dict[str, ChannelPlugin]:
    """All channels of installed plugins, registered with the domain. Raises SettingsError for a broken one."""
    found: dict[str, ChannelPlugin] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        plugin = _loaded(point)
        if plugin is None:
            continue
        if not _NAME.fullmatch(plugin.channel) or plugin.channel in addresses.CHANNELS or plugin.channel in found:
            raise SettingsError(f"{_told(point)}: {plugin.channel!r} is no name for a channel, or is taken")
        found[plugin.channel] = plugin
    for plugin in found.values():
        addresses.register(AddressForm(plugin.channel, plugin.description, plugin.example, plugin.address))
        limits.register(plugin.channel, plugin.max_characters)
    return found


def _loaded(point: EntryPoint) -> ChannelPlugin | None:
    try:
        plugin = point.load()
    except Exception as error:
        raise SettingsError(f"{_told(point)} cannot be loaded: {type(error).__name__}: {error}") from error
    if plugin is not None and not isinstance(plugin, ChannelPlugin):
        raise SettingsError(f"{_told(point)} leads to no ChannelPlugin")
    return plugin


def _told(point: EntryPoint) -> str:
    package = f" of the package {point.dist.name}" if point.dist else ""
    return f"the provider {point.name} ({point.value}){package}"
