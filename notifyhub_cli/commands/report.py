"""report: the figures of a day, by mail or on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import Exit, leave, told_in_one_line

if TYPE_CHECKING:
    from notifyhub.reports.figures import Figures


def report(
    to: Annotated[
        list[str] | None,
        typer.Option(help="An e-mail address; may be given several times. Default: those of NOTIFYHUB_REPORT_TO."),
    ] = None,
    date: Annotated[str | None, typer.Option(help="The local day, such as 2026-11-27. Default: yesterday.")] = None,
    print_: Annotated[bool, typer.Option("--print", help="Show its text here instead of sending it.")] = False,
) -> None:
    """Send the report of a day now, or show it.

    \b
    Examples:
      notifyhub report --to ann@example.com
      notifyhub report --date 2026-11-27 --print

    Has nothing to do with the daily one, which NOTIFYHUB_REPORT_TO turns on. Works on the database of the settings, so
    run it where that can be reached.
    """
    with told_in_one_line():
        _report(to or [], date, print_)


def _report(to: list[str], date: str | None, shown: bool) -> None:
    from notifyhub import Hub
    from notifyhub.clock import now_ms, to_datetime
    from notifyhub.hub import core_of
    from notifyhub.reports import by_hand
    from notifyhub.reports.post import post_of
    from notifyhub.settings import load

    settings, now = load(), to_datetime(now_ms())
    wanted = by_hand.asked_day(date, settings, now)
    addresses = by_hand.asked_addresses(to) or settings.report.to
    post = post_of(settings)
    with Hub(settings, worker=False) as hub:
        figures = by_hand.figures_of(core_of(hub).database, settings, wanted)
    if shown:
        _show(figures)
    elif not addresses:
        leave(Exit.BAD_INPUT, "--to: say who gets it, or show it with --print")
    else:
        _tell(by_hand.send(figures, addresses, post, now), addresses)


def _show(figures: Figures) -> None:
    from notifyhub.reports.text import text

    typer.echo(text(figures), nl=False)


def _tell(refused: dict[str, str], addresses: tuple[str, ...]) -> None:
    for address in addresses:
        if address not in refused:
            typer.echo(f"sent to {address}")
    if refused:
        leave(Exit.FAILED, *(f"{address}: {why}" for address, why in refused.items()))


def register(app: typer.Typer) -> None:
    app.command()(report)
