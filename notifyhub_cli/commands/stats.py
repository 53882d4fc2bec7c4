"""stats."""

from __future__ import annotations

from typing import Annotated

import typer

from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading


def stats(
    by: Annotated[str | None, typer.Option(help="Also by hour or day (of UTC).")] = None,
    since: Annotated[str | None, typer.Option(help="Accepted in this hour or later: ISO 8601 with an offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Accepted before this time: ISO 8601 with an offset.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count all mailings and deliveries.

    \b
    Example:
      notifyhub stats --by day --since 2026-12-01T00:00:00+03:00
    """
    with told_in_one_line(), reading() as hub:
        counted = hub.stats.overall(by=by, created_from=since, created_to=until)
    if as_json:
        show_json(counted)
        return
    rows: list[tuple[str, str, int]] = [("mailings", name, number) for name, number in counted.mailings.items()]
    rows += [("deliveries", name, number) for name, number in counted.by_status.items()]
    for channel, counts in counted.by_channel.items():
        rows += [(channel, name, number) for name, number in counts.items() if number]
    for period in counted.periods or ():
        start = period.start.strftime("%Y-%m-%d" if by == "day" else "%Y-%m-%d %H:00Z")
        rows += [(start, name, number) for name, number in period.by_status.items() if number]
    show_table(("of", "status", "number"), rows)


def register(app: typer.Typer) -> None:
    app.command("stats")(stats)
