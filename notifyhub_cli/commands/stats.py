"""stats, stats check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import AsCsv, AsJson, Exit, leave, show_csv, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

app = typer.Typer(invoke_without_command=True)


@app.callback()
def overall(
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Also by hour or day (of UTC).")] = None,
    since: Annotated[str | None, typer.Option(help="Accepted in this hour or later: ISO 8601 with an offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Accepted before this time: ISO 8601 with an offset.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Count all mailings and deliveries.

    \b
    Examples:
      notifyhub stats --by day --since 2026-12-01T00:00:00+03:00
      notifyhub stats --by hour --csv > statistics.csv
      notifyhub stats check
    """
    if context.invoked_subcommand is not None:
        if by or since or until or as_json or as_csv:
            leave(Exit.BAD_INPUT, f"options of `{context.invoked_subcommand}` are given after it")
        return
    with told_in_one_line(), reading() as hub:
        counted = hub.stats.overall(by=by, created_from=since, created_to=until)
    if as_csv:
        show_csv(counted, as_json)
    elif as_json:
        show_json(counted)
    else:
        show_table(("of", "status", "number"), _rows(counted, by))


def _rows(counted: answers.Statistics, by: str | None) -> list[tuple[str, str, int]]:
    rows: list[tuple[str, str, int]] = [("mailings", name, number) for name, number in counted.mailings.items()]
    rows += [("deliveries", name, number) for name, number in counted.by_status.items()]
    for channel, counts in counted.by_channel.items():
        rows += [(channel, name, number) for name, number in counts.items() if number]
    for period in counted.periods or ():
        start = period.start.strftime("%Y-%m-%d" if by == "day" else "%Y-%m-%d %H:00Z")
        rows += [(start, name, number) for name, number in period.by_status.items() if number]
    return rows


@app.command()
def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the counters equal the deliveries; nothing is sent meanwhile.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the counters of the statistics with the deliveries; exit code 1 if they differ.

    \b
    Example:
      notifyhub stats check

    Works on a store in use and stops nothing. A million deliveries take some seconds.
    """
    with told_in_one_line(), reading() as hub:
        checked = hub.stats.repair() if repair else hub.stats.check()
    if as_json:
        show_json(checked)
    else:
        _tell(checked, repair)
    if not checked.agree and not repair:
        raise typer.Exit(Exit.FAILED)


def _tell(checked: answers.CounterCheck, repaired: bool) -> None:
    if checked.agree:
        pruned = f", and {checked.pruned:,} that were pruned" if checked.pruned else ""
        typer.echo(f"all counters ({checked.counters:,}) agree with all deliveries ({checked.deliveries:,}{pruned})")
        return
    rows = [
        (
            f"mailing {one.mailing_id}" if one.hour is None else one.hour.strftime("%Y-%m-%d %H:00Z"),
            one.channel,
            one.operator_code,
            one.status,
            one.reason,
            one.counted,
            one.stored,
        )
        for one in checked.differences
    ]
    show_table(("of", "channel", "operator", "status", "reason", "counted", "deliveries"), rows)
    does = "repaired" if repaired else "differ; `notifyhub stats check --repair` corrects them"
    typer.echo(f"{checked.differing:,} of {checked.counters:,} counters {does}")
