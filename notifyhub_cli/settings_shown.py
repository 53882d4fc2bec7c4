"""The settings in effect, as `config` and `doctor` show them."""

from __future__ import annotations

from notifyhub.settings import MASK, PREFIX, Settings, without_secrets


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


def _shown(name: str, value: object) -> object:
    if name.endswith(("token", "secret", "password", "emulator_key")) and value:
        return MASK
    return without_secrets(value) if name.endswith(("url", "proxy")) and isinstance(value, str) else value
