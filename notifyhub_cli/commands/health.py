"""health: for containers and systemd."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from notifyhub_cli.output import AsJson, Exit, leave, show_json, told_in_one_line
from notifyhub_cli.target import TARGET


class Role(StrEnum):
    """Processes without a port."""

    WORKER = "worker"
    SCHEDULER = "scheduler"


def health(
    role: Annotated[
        Role | None, typer.Argument(help="A process on this machine that has no port; default: the service.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Ask only whether the process moves.")] = False,
    url: Annotated[
        str | None, typer.Option(help="Address of the service [default: NOTIFYHUB_HOST and _PORT].", metavar="URL")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether a process is ready. Exits with 0 if it is ready or degraded, and with 1 if not.

    \b
    Examples:
      notifyhub health
      notifyhub health worker --live
    """
    from notifyhub.flow.readiness import OK
    from notifyhub.settings import load
    from notifyhub_cli import health_asked

    if role is not None and url is not None:
        leave(Exit.BAD_INPUT, f"--url: a {role} has no address; it is asked on its own machine")
    with told_in_one_line():
        settings = load()
        if role is None:
            found = health_asked.of_service(url or TARGET.url or settings.own_url, live=live)
        else:
            found = health_asked.of_process(settings, role.value, live=live)
    if as_json:
        show_json({"status": found.status, "checks": found.checks})
    else:
        wrong = [f"{check}: {state}" for check, state in found.checks.items() if state != OK]
        typer.echo(": ".join(filter(None, (found.status, "; ".join(wrong)))))
    if not found.good:
        raise typer.Exit(Exit.FAILED)


def register(app: typer.Typer) -> None:
    app.command()(health)
