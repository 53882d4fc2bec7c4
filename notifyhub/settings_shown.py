"""The settings in effect as people are shown them: with secrets masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from notifyhub.settings import MASK, PREFIX, Settings, without_secrets


class Shown(NamedTuple):
    """A setting: its variable, its value as JSON has it (None: not set), and what it means."""

    name: str
    value: Any
    description: str


def effective(settings: Settings) -> dict[str, object]:
    """Every setting, keyed by its variable."""
    given = settings.model_dump(mode="json")
    given["database_url"] = settings.effective_database_url
    given["emulator_url"] = settings.effective_emulator_url
    values: dict[str, object] = {}
    for name, value in given.items():
        members = (
            {f"{name}_{key}": member for key, member in value.items()} if isinstance(value, dict) else {name: value}
        )
        for key, member in members.items():
            values[PREFIX + key.upper()] = _shown(key, member)
    return values


def of_channel(settings: Settings, channel: str) -> Iterator[Shown]:
    """The settings of a channel that there is."""
    values = effective(settings)
    for member, field in type(settings.channels()[channel]).model_fields.items():
        name = PREFIX + f"{channel}_{member}".upper()
        yield Shown(name, values[name], field.description or "")


def _shown(name: str, value: object) -> object:
    if name.endswith(("token", "secret", "password", "emulator_key")) and value:
        return MASK
    return without_secrets(value) if name.endswith(("url", "proxy")) and isinstance(value, str) else value
