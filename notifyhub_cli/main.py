"""`notifyhub`: the command line. Commands import what they need when they run, so that --help is quick."""

from __future__ import annotations

import typer

from notifyhub_cli.commands import database, doctor, keys, messages, processes, settings

app = typer.Typer(
    name="notifyhub",
    help="Take a message once and get it to people on Telegram, Viber, WhatsApp and an HTTP gateway.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for group in (messages, processes, settings, doctor):
    group.register(app)
app.add_typer(database.app, name="db")
app.add_typer(keys.app, name="key")


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
