"""mailing preview, test, stats, watch."""

from __future__ import annotations

import sys
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.commands.messages import ENDED_BADLY, recipients
from notifyhub_cli.output import AsCsv, AsJson, Exit, show_csv, show_json, show_table, told_in_one_line
from notifyhub_cli.tables import show_message
from notifyhub_cli.target import reading, sending

if TYPE_CHECKING:
    from notifyhub import answers

ENDED = ("finished", "cancelled", "expired")
LOOK_S = 0.5

Id = Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub mailing list`.")]


def send_test(
    id_: Id,
    client: Annotated[list[int] | None, typer.Option(help="A client's id; may be given several times.")] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", "-t", help="CHANNEL=ADDRESS; may be given several times.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcome.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Send the text of a mailing to a few people first. It may be repeated, and the mailing reaches them nevertheless.

    \b
    Examples:
      notifyhub mailing test 3 --client 7
      notifyhub mailing test 3 --to telegram=1067000 --wait 10
    """
    with told_in_one_line():
        others = recipients(to) if to else []
        with sending() as hub:
            sent = hub.mailings.test(id_, clients=client or [], to=others)
            if wait:
                sent = hub.wait(sent, wait)
    show_message(sent, as_json)
    if wait and sent.status in ENDED_BADLY:
        raise typer.Exit(Exit.FAILED)


def preview(id_: Id, as_json: AsJson = False) -> None:
    """Show what a mailing would do: whom it reaches, how long it takes, what will not fit before its end.

    \b
    Example:
      notifyhub mailing preview 3
    """
    with told_in_one_line(), reading() as hub:
        seen = hub.mailings.preview(id_)
    if as_json:
        show_json(seen)
        return
    typer.echo(f"{seen.deliveries:,} deliveries to {seen.matched:,} clients: {seen.audience_words}")
    rows: list[tuple[str, str, object]] = [("channel", name, number) for name, number in seen.by_channel.items()]
    rows += [("operator", name or "none", number) for name, number in seen.by_operator_code.items()]
    rows += [("tag", name, number) for name, number in seen.by_tag.items()]
    rows += [("time zone", name, number) for name, number in seen.by_timezone.items()]
    rows += [("left out", "duplicates", seen.duplicates), ("left out", "unreachable", seen.unreachable)]
    rows += [("left out", "opted out", seen.opted_out), ("left out", "send window closed", seen.window_closed)]
    rows += [("left out", "refused (see `notifyhub reachability list`)", seen.refused)]
    rows += [("left out", "the template makes no text", seen.unworded)]
    show_table(("by", "", "number"), rows)
    _show_examples(seen.examples)
    if seen.takes_s is not None:
        unfit = "" if seen.will_not_fit is None else f"; {seen.will_not_fit:,} will not fit before the end"
        typer.echo(f"takes {_span(seen.takes_s)} at the pace of the last hour, within the limits{unfit}")


def _show_examples(examples: list[answers.Example]) -> None:
    if examples:
        typer.echo("what they get, for example:")
        rows = [(e.client_id, e.channel, _length(e), e.subject, e.text) for e in examples]
        show_table(("client", "channel", "characters", "subject", "text"), rows)


def _length(example: answers.Example) -> str:
    return f"{example.length:,}" + ("" if example.limit is None else f" of {example.limit:,}")


def stats(id_: Id, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Count the deliveries of a mailing by status, channel, operator code and reason.

    \b
    Examples:
      notifyhub mailing stats 3
      notifyhub mailing stats 3 --csv > statistics.csv
    """
    with told_in_one_line(), reading() as hub:
        counted = hub.mailings.stats(id_)
    if as_csv:
        show_csv(counted, as_json)
        return
    if as_json:
        show_json(counted)
        return
    typer.echo(_progress(counted))
    rows: list[tuple[str, str, object]] = [("status", name, number) for name, number in counted.by_status.items()]
    rows += [("channel", name, numbers(counts)) for name, counts in counted.by_channel.items()]
    rows += [("operator", name or "none", numbers(counts)) for name, counts in counted.by_operator_code.items()]
    rows += [("reason", name, number) for name, number in counted.by_reason.items()]
    show_table(("by", "", "deliveries"), rows)


def watch(id_: Id) -> None:
    """Show progress, rate, failures and time to go, until the mailing has ended.

    \b
    Example:
      notifyhub mailing watch 3
    """
    live = sys.stdout.isatty()
    last = ""
    with told_in_one_line(), reading() as hub:
        while True:
            counted = hub.mailings.stats(id_)
            line = _progress(counted)
            if live:
                typer.echo(f"\r\x1b[K{line}", nl=False)
            elif line != last:
                typer.echo(line)
            last = line
            if counted.status in ENDED and not counted.by_status["scheduled"] + counted.by_status["sending"]:
                break
            sleep(LOOK_S)
    if live:
        typer.echo()


def _progress(counted: answers.MailingStatistics) -> str:
    ended = counted.by_status["failed"] + counted.by_status["expired"] + counted.by_status["cancelled"]
    parts = [f"{counted.status}  {int(counted.progress * 100)}% of {counted.total:,}"]
    if not counted.expanded:
        parts.append("clients are still being chosen")
    parts += [f"not sent {ended:,}"] if ended else []
    parts += [f"{counted.rate_s:,.0f}/s"] if counted.rate_s else []
    parts += [f"{_span(counted.left_s)} to go"] if counted.left_s is not None else []
    return ", ".join(parts)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def numbers(counts: dict[str, int]) -> str:
    """The counts that are not zero, in words."""
    return ", ".join(f"{status} {number:,}" for status, number in counts.items() if number)


def register(app: typer.Typer) -> None:
    """Add these commands to those of mailings."""
    app.command("test")(send_test)
    for command in (preview, stats, watch):
        app.command()(command)
