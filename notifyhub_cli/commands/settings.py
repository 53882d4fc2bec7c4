"""config."""

from __future__ import annotations

from urllib.parse import urlsplit

import typer

from notifyhub.settings import PREFIX, Settings, load
from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line

MASK = "***"


def config(as_json: AsJson = False) -> None:
    """Show the settings in effect, with secrets masked.

    Example: `notifyhub config --json`
    """
    with told_in_one_line():
        values = effective(load())
    if as_json:
        show_json(values)
    else:
        show_table(("setting", "value"), list(values.items()))


def effective(settings: Settings) -> dict[str, object]:
    """Every setting by the name of its variable."""
    given = settings.model_dump(mode="json")
    given["database_url"] = without_password(settings.effective_database_url)
    given["broker_url"] = without_password(settings.broker_url)
    given["emulator_url"] = settings.effective_emulator_url
    values: dict[str, object] = {}
    for name, value in given.items():
        members = (
            {f"{name}_{key}": member for key, member in value.items()} if isinstance(value, dict) else {name: value}
        )
        for key, member in members.items():
            values[PREFIX + key.upper()] = MASK if key.endswith("token") and member else member
    return values


def without_password(url: str) -> str:
    """A URL fit to be shown."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", f":{MASK}@", 1) if password else url


def register(app: typer.Typer) -> None:
    app.command()(config)
