"""mailing create, list, show, start, pause, resume, cancel, retry-failed, delete, stats, watch."""

from __future__ import annotations

import json
import sys
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.output import AsCsv, AsJson, Exit, leave, show_csv, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

app = typer.Typer(
    help="""Create, run and watch mailings.

    \b
    Examples:
      notifyhub mailing create "Sale" "Half price until Sunday" --channel telegram --tag vip
      notifyhub mailing watch 3
      notifyhub mailing pause 3
    """,
    no_args_is_help=True,
)
ENDED = ("finished", "cancelled", "expired")
LOOK_S = 0.5

Id = Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub mailing list`.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How people recognise it.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message text.")],
    channel: Annotated[list[str], typer.Option(help="In the order of preference; may be given several times.")],
    tag: Annotated[list[str] | None, typer.Option(help="Clients with one of these tags.")] = None,
    operator_code: Annotated[list[str] | None, typer.Option(help="Clients of one of these operators.")] = None,
    audience: Annotated[str | None, typer.Option(metavar="JSON", help="A typed filter, instead of those.")] = None,
    starts_at: Annotated[str | None, typer.Option(help="ISO 8601 with an offset; default: now.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="Nothing is sent after this.")] = None,
    window: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help="Local hours of each client: 09:00-21:00.")
    ] = None,
    day: Annotated[list[str] | None, typer.Option(help="mon … sun; may be given several times.")] = None,
    reach: Annotated[str, typer.Option(help="first: the first channel with an address; all: each of them.")] = "first",
    priority: Annotated[str, typer.Option(help="urgent, normal or bulk.")] = "bulk",
    late_joiners: Annotated[
        bool, typer.Option("--late-joiners", help="Also to those who join before the end.")
    ] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Store it only, until it is started.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create a mailing. It starts by itself.

    \b
    Examples:
      notifyhub mailing create "Sale" "Half price until Sunday" --channel telegram --channel gateway --tag vip
      notifyhub mailing create "News" "We moved" --channel gateway --window 09:00-21:00 --day mon
    """
    with told_in_one_line(), reading() as hub:
        mailing = hub.mailings.create(
            name,
            text,
            channel,
            audience=_audience(audience, tag, operator_code),
            starts_at=starts_at,
            ends_at=ends_at,
            send_window=_window(window, day),
            reach=reach,
            draft=draft,
            priority=priority,
            late_joiners=late_joiners,
        )
    _show(mailing, as_json)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=1000)] = 20,
    status: Annotated[list[str] | None, typer.Option(help="In this state; may be given several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """List mailings, newest first.

    \b
    Example:
      notifyhub mailing list --status running --status paused
    """
    with told_in_one_line(), reading() as hub:
        found = hub.mailings.list(limit=limit, status=status)
    if as_json:
        show_json(found)
        return
    rows = [(m.id, m.status, m.name, m.audience_words, m.starts_at, m.ends_at, _numbers(m.counts)) for m in found]
    show_table(("id", "status", "name", "audience", "starts", "ends", "deliveries"), rows)


def _moving(name: str, does: str, example: str) -> None:
    """A command that moves a mailing."""

    def command(id_: Id, as_json: AsJson = False) -> None:
        with told_in_one_line(), reading() as hub:
            mailing = getattr(hub.mailings, name)(id_)
        _show(mailing, as_json)

    command.__doc__ = f"{does}\n\n\b\nExample:\n  notifyhub mailing {example} 3\n"
    app.command(example)(command)


_moving("get", "Show a mailing with its counts.", "show")
_moving("start", "Start a mailing now; a draft with a later start is scheduled for it.", "start")
_moving("pause", "Stop a running mailing until it is resumed.", "pause")
_moving("resume", "Let a paused mailing go on where it was.", "resume")


@app.command()
def cancel(id_: Id, as_json: AsJson = False) -> None:
    """Cancel a mailing: what has not been sent will not be.

    \b
    Example:
      notifyhub mailing cancel 3
    """
    with told_in_one_line(), reading() as hub:
        done = hub.mailings.cancel(id_)
    _tell(done, as_json, f"cancelled {done.cancelled}, too late for {done.too_late}")


@app.command()
def delete(id_: Id, as_json: AsJson = False) -> None:
    """Cancel a mailing if it has not ended, and hide it; its deliveries stay in statistics.

    \b
    Example:
      notifyhub mailing delete 3
    """
    with told_in_one_line(), reading() as hub:
        done = hub.mailings.delete(id_)
    _tell(done, as_json, f"deleted mailing {id_}: cancelled {done.cancelled}, too late for {done.too_late}")


@app.command("retry-failed")
def retry_failed(id_: Id, as_json: AsJson = False) -> None:
    """Send again to those for whom it failed.

    \b
    Example:
      notifyhub mailing retry-failed 3
    """
    with told_in_one_line(), reading() as hub:
        done = hub.mailings.retry_failed(id_)
    _tell(done, as_json, f"retried {done.retried}, duplicates {done.duplicates}")


@app.command()
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
    show_table(("by", "", "number"), rows)
    if seen.takes_s is not None:
        unfit = "" if seen.will_not_fit is None else f"; {seen.will_not_fit:,} will not fit before the end"
        typer.echo(f"takes {_span(seen.takes_s)} at the pace of the last hour{unfit}")


@app.command()
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
    rows += [("channel", name, _numbers(counts)) for name, counts in counted.by_channel.items()]
    rows += [("operator", name or "none", _numbers(counts)) for name, counts in counted.by_operator_code.items()]
    rows += [("reason", name, number) for name, number in counted.by_reason.items()]
    show_table(("by", "", "deliveries"), rows)


@app.command()
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


def _audience(given: str | None, tag: list[str] | None, operator_code: list[str] | None) -> dict[str, Any]:
    if given is None:
        members = {"tag": tag, "operator_code": operator_code}
        return {name: value for name, value in members.items() if value}
    if tag or operator_code:
        leave(Exit.BAD_INPUT, "--audience: goes without --tag and --operator-code")
    try:
        audience = json.loads(given)
    except ValueError as error:
        leave(Exit.BAD_INPUT, f"--audience: is not JSON: {error}")
    if not isinstance(audience, dict):
        leave(Exit.BAD_INPUT, "--audience: must be an object")
    return audience


def _window(hours: str | None, days: list[str] | None) -> dict[str, Any] | None:
    if hours is None and not days:
        return None
    start, dash, end = (hours or "00:00-24:00").partition("-")
    if not dash:
        leave(Exit.BAD_INPUT, "--window: must be FROM-TO, such as 09:00-21:00")
    return {"from": start.strip(), "to": end.strip(), **({"days": days} if days else {})}


def _tell(done: Any, as_json: bool, words: str) -> None:
    if as_json:
        show_json(done)
    else:
        typer.echo(words)


def _show(mailing: answers.Mailing, as_json: bool) -> None:
    if as_json:
        show_json(mailing)
        return
    typer.echo(f"mailing {mailing.id}  {mailing.status}  {mailing.name}")
    typer.echo(f"to {mailing.audience_words}, by {' or '.join(mailing.channels)}")
    typer.echo(_numbers(mailing.counts) or "no deliveries yet")


def _progress(counted: answers.MailingStatistics) -> str:
    ended = counted.by_status["failed"] + counted.by_status["expired"] + counted.by_status["cancelled"]
    parts = [f"{counted.status}  {counted.progress:.0%} of {counted.total:,}"]
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


def _numbers(counts: dict[str, int]) -> str:
    return ", ".join(f"{status} {number:,}" for status, number in counts.items() if number)
