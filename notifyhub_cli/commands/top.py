"""top: what is going on, live."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import Exit, leave, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub_cli.rates import Watch

FIRST_LOOK_S = 1.0


def top(
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.2, max=3600)] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Look for a second, print that, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each look, for scripts.")] = False,
) -> None:
    """Show what is going on: rates, queues, lateness, circuit breakers and limits of each channel. q ends it.

    \b
    Examples:
      notifyhub top
      notifyhub top --once --json
      notifyhub --url https://notifyhub.example.org top
    """
    from notifyhub_cli.rates import Watch

    if not (once or as_json or sys.stdout.isatty()):
        leave(Exit.BAD_INPUT, "top is shown on a terminal; for scripts there are --once and --json")
    with told_in_one_line(), reading() as hub:
        watch = Watch(hub.stats.now)
        if once:
            sleep(FIRST_LOOK_S)
            _print(watch, as_json)
        elif as_json:
            for _ in _ticks(every):
                _print(watch, as_json=True)
        else:
            from notifyhub_cli.top_screen import show

            show(watch, every)


def register(app: typer.Typer) -> None:
    app.command()(top)


def _ticks(every_s: float) -> Iterator[None]:
    while True:
        sleep(every_s)
        yield


def _print(watch: Watch, as_json: bool) -> None:
    rates = watch.next()
    if as_json:
        import orjson

        typer.echo(orjson.dumps(rates.document()).decode())
        return
    from rich.console import Console

    from notifyhub_cli.top_screen import screen

    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(screen(rates))
