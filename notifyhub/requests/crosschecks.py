"""Checks across several members of a request.

They check the request as given, as far as possible, so that a caller sees all errors at once, even if other members are
malformed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from notifyhub.domain.addresses import CHANNELS, FORMS, canonical
from notifyhub.domain.limits import text_fault
from notifyhub.errors import Fault
from notifyhub.plugins import installed
from notifyhub.requests.chains import chain_faults, named
from notifyhub.requests.faults import as_fault, json_path
from notifyhub.requests.fields import is_blank, is_encodable, moment

NO_CHANNEL = "there is no such channel; there are {}"
NO_LIMIT: Mapping[str, Collection[str]] = MappingProxyType({})
"""Of addresses: every channel is open to any that looks like one."""


def across(asked: Mapping[str, Any], now: datetime, only: Mapping[str, Collection[str]] = NO_LIMIT) -> list[Fault]:
    """Everything that is wrong across members of a request.

    only  the valid addresses, for channels with a fixed set
    """
    return [
        *_text_faults(asked),
        *chain_faults(asked.get("channels")),
        *_people_faults(asked),
        *_end_faults(asked, now),
        *_own_channel_faults(asked, only),
    ]


def _text_faults(asked: Mapping[str, Any]) -> list[Fault]:
    text = asked.get("text")
    if not isinstance(text, str) or not text or not is_encodable(text):
        return []
    if is_blank(text):
        # NUL is told of by the member's own check.
        return [] if "\x00" in text else [Fault("$.text", "empty", "is blank")]
    used = _channels_used(asked)
    marked_up = {"telegram"} if _option(asked, "telegram", "parse_mode") else ()
    found = (text_fault(channel, text, marked_up=channel in marked_up) for channel in FORMS if channel in used)
    return [Fault("$.text", "too_long", fault) for fault in found if fault]


def _option(asked: Mapping[str, Any], channel: str, name: str) -> Any:
    options = asked.get("options")
    own = options.get(channel) if isinstance(options, Mapping) else None
    return own.get(name) if isinstance(own, Mapping) else None


def _channels_used(asked: Mapping[str, Any]) -> set[str]:
    offered = {name for person in _people(asked) if isinstance(person, Mapping) for name in person}
    wanted = _wanted(asked)
    return offered if wanted is None else offered & wanted


def _people_faults(asked: Mapping[str, Any]) -> list[Fault]:
    wanted = _wanted(asked)
    if not wanted:
        return []
    names = " or ".join(channel for channel in FORMS if channel in wanted)
    return [
        Fault(f"$.recipients[{i}]", "no_address", f"has no address on {names}")
        for i, person in enumerate(_people(asked))
        if isinstance(person, Mapping) and person and wanted.isdisjoint(person)
    ]


def _people(asked: Mapping[str, Any]) -> list[Any]:
    people = asked.get("recipients")
    return people if isinstance(people, list) else []


def _wanted(asked: Mapping[str, Any]) -> set[str] | None:
    """The requested channels that exist; None if the recipients' addresses decide."""
    listed = named(asked.get("channels"))
    return None if listed is None else {name for name in listed if isinstance(name, str) and name in FORMS}


def _end_faults(asked: Mapping[str, Any], now: datetime) -> list[Fault]:
    end, start = _moment(asked.get("expires_at")), _moment(asked.get("send_at"))
    if end is not None and end <= now:
        return [Fault("$.expires_at", "past", "is in the past")]
    if end is not None and start is not None and end <= start:
        return [Fault("$.expires_at", "too_early", "must be after send_at")]
    return []


def _moment(given: Any) -> datetime | None:
    try:
        return None if given is None else moment(given)
    except ValueError:
        return None


def _own_channel_faults(asked: Mapping[str, Any], only: Mapping[str, Collection[str]]) -> list[Fault]:
    """Faults in addresses and options of plugin channels."""
    people = _people(asked)
    others = {name for person in people if isinstance(person, Mapping) for name in person}.difference(CHANNELS)
    faults = []
    if others:
        for i, person in enumerate(people):
            if isinstance(person, Mapping):
                named = [(name, address) for name, address in person.items() if name in others]
                faults += [fault for name, address in named for fault in _address_faults(i, name, address, only)]
    options = asked.get("options")
    if isinstance(options, Mapping):
        for name in options.keys() - set(CHANNELS):
            faults += _option_faults(name, options[name])
    return faults


def _address_faults(place: int, channel: Any, address: Any, only: Mapping[str, Collection[str]]) -> list[Fault]:
    if not isinstance(channel, str):
        return []  # the model complains of it
    path = json_path(("recipients", place, channel))
    if channel not in FORMS:
        return [Fault(path, "unknown_field", NO_CHANNEL.format(", ".join(FORMS)))]
    try:
        known = None if address is None else canonical(channel, address)
    except ValueError as error:
        return [Fault(path, "form", str(error))]
    if known is None or channel not in only or known in only[channel]:
        return []
    there_are = ", ".join(sorted(only[channel])) or "none"
    return [Fault(path, "unknown_address", f"{channel} has no such address set up; there are {there_are}")]


def _option_faults(channel: Any, options: Any) -> list[Fault]:
    if not isinstance(channel, str):
        return []
    plugin = installed().get(channel) if channel in FORMS else None
    if plugin is None or plugin.options is None:
        return [Fault(json_path(("options", channel)), "unknown_field", "there is no such field")]
    try:
        plugin.options.model_validate(options)
    except ValidationError as error:
        return [
            as_fault({**details, "loc": ("options", channel, *details["loc"])})
            for details in error.errors(include_url=False, include_input=False)
        ]
    return []
