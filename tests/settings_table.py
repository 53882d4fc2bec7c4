"""The README's table of settings, made from the settings: `python -m tests.settings_table` writes it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notifyhub.broker_settings import BrokerSettings
from notifyhub.service_settings import ServiceSettings
from notifyhub.settings import PREFIX, ChannelSettings, Settings

README = Path(__file__).parents[1] / "README.md"
PLACE = re.compile(r"(<!-- settings: .*? -->\n).*?(\n<!-- /settings -->)", re.DOTALL)
SHARED = PREFIX + "<CHANNEL>_"


def rows() -> Iterator[tuple[str, str, str]]:
    """(variable, default, meaning): first what is common, then what every channel has, then what only one has."""
    groups = {name: field for name, field in Settings.model_fields.items() if _is_group(field)}
    common = [name for name in Settings.model_fields if name not in groups]
    for name in sorted(common, key=_part):
        field = Settings.model_fields[name]
        yield PREFIX + name.upper(), _default(field), field.description or ""
    for name, field in ChannelSettings.model_fields.items():
        yield SHARED + name.upper(), _default(field), field.description or ""
    for channel, settings in groups.items():
        model: Any = settings.annotation
        for name, field in model.model_fields.items():
            if not issubclass(model, ChannelSettings) or name not in ChannelSettings.model_fields:
                yield f"{PREFIX}{channel}_{name}".upper(), _default(field), field.description or ""


def table() -> str:
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in rows()]
    return "\n".join(lines)


def _part(name: str) -> int:
    """Where to find it: what everybody meets first comes first."""
    parts = (("data_dir", "database_url"), BrokerSettings.model_fields, ServiceSettings.model_fields)
    return next((place for place, names in enumerate(parts) if name in names), len(parts))


def _is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _default(field: FieldInfo) -> str:
    if field.default in (None, (), PydanticUndefined):
        return ""
    return f"`{','.join(field.default)}`" if isinstance(field.default, tuple) else f"`{field.default}`"


if __name__ == "__main__":
    README.write_text(PLACE.sub(lambda found: found[1] + table() + found[2], README.read_text()))
