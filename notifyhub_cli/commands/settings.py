"""config."""

from __future__ import annotations

import typer

from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line


def config(as_json: AsJson = False) -> None:
    """Show the settings in effect, with secrets masked.

    \b
    Example:
      notifyhub config --json
    """
    from notifyhub.settings import load
    from notifyhub.settings_shown import effective

    with told_in_one_line():
        values = effective(load())
    if as_json:
        show_json(values)
    else:
        show_table(("setting", "value"), list(values.items()))


def register(app: typer.Typer) -> None:
    app.command()(config)
