"""The README's table of settings, made from the settings themselves: `python -m tests.settings_table`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notifyhub.settings import PREFIX, ChannelSettings, Settings

SHARED = PREFIX + "<CHANNEL>_"


def rows() -> Iterator[tuple[str, str, str]]:
    """(variable, default, meaning): first what is common, then what every channel has, then what only one has."""
    groups = {name: field for name, field in Settings.model_fields.items() if _is_group(field)}
    for name, field in Settings.model_fields.items():
        if name not in groups:
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


def _is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _default(field: FieldInfo) -> str:
    if field.default in (None, (), PydanticUndefined):
        return ""
    return f"`{','.join(field.default)}`" if isinstance(field.default, tuple) else f"`{field.default}`"


if __name__ == "__main__":
    print(table())  # noqa: T201 (its job)
