"""The `notifyhub` command line. Commands import what they need when they run, so that --help is fast."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated, NoReturn

import typer

from notifyhub.logs.current import ASKED_BY, Who
from notifyhub.unknown_variables import say_unknown
from notifyhub_cli.account import account
from notifyhub_cli.commands import (
    audit,
    bulk,
    changing,
    channels,
    clients,
    database,
    doctor,
    emulator,
    events,
    health,
    keys,
    listing,
    logs,
    mailings,
    messages,
    processes,
    prune,
    reachability,
    report,
    sessions,
    settings,
    stats,
    templates,
    top,
    webhooks,
    why,
)
from notifyhub_cli.output import Exit, leave, say
from notifyhub_cli.target import TARGET

app = typer.Typer(
    name="notifyhub",
    help="""Send messages to people on Telegram, Viber, WhatsApp and an HTTP gateway with one call.

    \b
    Examples:
      notifyhub serve
      notifyhub send "Hello" --to telegram=1067000 --wait 10
      notifyhub list
      notifyhub --url https://notifyhub.example.org list
      notifyhub COMMAND --help
    """,
    no_args_is_help=True,
    # Plain text keeps the line breaks of the examples, so that they can be copied.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
LOCAL = frozenset(
    {"serve", "worker", "emulator", "db", "config", "doctor", "report", "logs", "prune", "login-link", "sessions"}
)
"""Commands that act on this machine only and ignore any remote service."""


def _version(wanted: bool) -> None:
    if wanted:
        from notifyhub import __version__

        typer.echo(f"notifyhub {__version__}")
        raise typer.Exit(Exit.OK)


@app.callback()
def options(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(envvar="NOTIFYHUB_URL", help="Use the service at this URL instead of this machine's database."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(envvar="NOTIFYHUB_KEY", help="Its API key. Use the variable to keep it out of process lists."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options given before a command."""
    TARGET.url, TARGET.key = url, key
    # Reset, because tests and other programs may run commands in their own process.
    context.call_on_close(partial(ASKED_BY.reset, ASKED_BY.set(Who("cli", account()))))
    if context.invoked_subcommand != "doctor":  # which lists them itself
        say_unknown(say)
    source = context.get_parameter_source("url")
    if context.invoked_subcommand in LOCAL and source is not None and source.name == "COMMANDLINE":
        leave(Exit.BAD_INPUT, f"--url: `{context.invoked_subcommand}` works on this machine only; leave out --url")


for group in (messages, listing, changing, bulk, why, audit, events, logs, channels, top, processes, settings):
    group.register(app)
for group in (doctor, health, prune, report, sessions):
    group.register(app)
app.add_typer(clients.app, name="clients")
app.add_typer(mailings.app, name="mailing")
app.add_typer(templates.app, name="template")
app.add_typer(reachability.app, name="reachability")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(stats.app, name="stats")
app.add_typer(emulator.app, name="emulator")
app.add_typer(database.app, name="db")
app.add_typer(keys.app, name="key")
app.add_typer(sessions.app, name="sessions")


def main() -> NoReturn:
    """The console script."""
    try:
        code = app(prog_name="notifyhub", standalone_mode=False)
    except typer.Abort:
        sys.exit(Exit.INTERRUPTED)
    except Exception as error:
        sys.exit(_misused(error))
    sys.exit(code if isinstance(code, int) else Exit.OK)


def _misused(error: Exception) -> int:
    """Report a wrong option or argument in one line; anything else is a bug and is raised on."""
    # Some versions of Typer bring a copy of click's exceptions, others use click's own.
    message = getattr(error, "format_message", None)
    if message is None:
        raise error
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "notifyhub"
    if not sys.argv[1:] or "Usage:" in message():
        typer.echo(message(), err=True)
    else:
        say(f"{' '.join(message().split())} (see `{command} --help`)")
    return Exit.BAD_INPUT


if __name__ == "__main__":
    main()
