"""mailing create, list, show, change, start, pause, resume, cancel, retry-failed, delete; see also `mailing_views`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.chains import ConfirmWithin, FirstOf, by_channels, chain
from notifyhub_cli.commands import mailing_views
from notifyhub_cli.commands.changing import NONE
from notifyhub_cli.commands.mailing_views import Id, numbers
from notifyhub_cli.filling import Language, TemplateName, Variables, variables
from notifyhub_cli.output import AsJson, Exit, leave, show_json, show_table, told_in_one_line
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


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How people recognise it.")],
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="The message text.")] = None,
    template: TemplateName = None,
    var: Variables = None,
    language: Language = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="In the order of preference; may be given several times.")
    ] = None,
    first_of: FirstOf = None,
    confirm_within: ConfirmWithin = None,
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
    rate: Annotated[str | None, typer.Option(help="Not faster than this: 20/s or 600/min.")] = None,
    late_joiners: Annotated[
        bool, typer.Option("--late-joiners", help="Also to those who join before the end.")
    ] = False,
    ignore_reachability: Annotated[
        bool, typer.Option("--ignore-reachability", help="Also to those whom a messenger said it cannot reach.")
    ] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Store it only, until it is started.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create a mailing. It starts by itself.

    \b
    Examples:
      notifyhub mailing create "Sale" "Half price until Sunday" --channel telegram --channel gateway --tag vip
      notifyhub mailing create "News" "We moved" --channel gateway --window 09:00-21:00 --day mon
      notifyhub mailing create "Sale" --template sale --var shop=Ann --channel email --channel telegram
      notifyhub mailing create "Code" "Your code" --first-of viber,gateway --confirm-within 10m
    """
    if text is None and template is None:
        leave(Exit.BAD_INPUT, "Missing argument 'TEXT', or option '--template'")
    chained = chain(first_of, confirm_within)
    if chained is None and not channel:
        leave(Exit.BAD_INPUT, "Missing option '--channel' or '--first-of' (see `notifyhub mailing create --help`)")
    if chained is not None and channel:
        leave(Exit.BAD_INPUT, "--first-of: goes without --channel")
    with told_in_one_line(), reading() as hub:
        mailing = hub.mailings.create(
            name,
            text,
            chained or channel or [],
            template=template,
            variables=variables(var),
            language=language,
            audience=_audience(audience, tag, operator_code),
            starts_at=starts_at,
            ends_at=ends_at,
            send_window=_window(window, day),
            reach=reach,
            draft=draft,
            priority=priority,
            rate=rate,
            late_joiners=late_joiners,
            ignore_reachability=ignore_reachability,
        )
    _show(mailing, as_json)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=1000)] = 20,
    status: Annotated[list[str] | None, typer.Option(help="In this state; may be given several times.")] = None,
    search: Annotated[str | None, typer.Option(help="Part of a name, a message text or a reference.")] = None,
    as_json: AsJson = False,
) -> None:
    """List mailings, newest first.

    \b
    Examples:
      notifyhub mailing list --status running --status paused
      notifyhub mailing list --search "autumn sale"
    """
    with told_in_one_line(), reading() as hub:
        found = hub.mailings.list(limit=limit, status=status, search=search)
    if as_json:
        show_json(found)
        return
    rows = [(m.id, m.status, m.name, m.audience_words, m.starts_at, m.ends_at, numbers(m.counts)) for m in found]
    show_table(("id", "status", "name", "audience", "starts", "ends", "deliveries"), rows)


@app.command()
def change(
    id_: Id,
    name: Annotated[str | None, typer.Option(help="The new name.")] = None,
    text: Annotated[str | None, typer.Option(help="The new message text.")] = None,
    template: TemplateName = None,
    var: Variables = None,
    language: Language = None,
    starts_at: Annotated[str | None, typer.Option(help="ISO 8601 with an offset; none: now.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="ISO 8601 with an offset; none: no end.")] = None,
    window: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help="Local hours of each client; none: any time.")
    ] = None,
    day: Annotated[list[str] | None, typer.Option(help="mon … sun; may be given several times.")] = None,
    rate: Annotated[str | None, typer.Option(help="20/s or 600/min; none: no limit of its own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a mailing. While it runs, what has been sent stays as it is.

    \b
    Examples:
      notifyhub mailing change 3 --rate 5/s
      notifyhub mailing change 3 --ends-at none --window 09:00-21:00
    """
    given: dict[str, Any] = {"name": name, "text": text, "starts_at": starts_at, "ends_at": ends_at, "rate": rate}
    given |= {"template": template, "variables": variables(var), "language": language}
    asked = {member: value for member, value in given.items() if value is not None}
    asked |= {member: None for member in ("starts_at", "ends_at", "rate") if asked.get(member) == NONE}
    if window is not None or day:
        asked["send_window"] = None if window == NONE else _window(window, day)
    with told_in_one_line(), reading() as hub:
        mailing = hub.mailings.update(id_, **asked)
    _show(mailing, as_json)


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
    if mailing.template is not None:
        typer.echo(f"from template {mailing.template}, version {mailing.template_version}")
    typer.echo(f"to {mailing.audience_words}, by {by_channels(mailing.channels)}")
    typer.echo(numbers(mailing.counts) or "no deliveries yet")


mailing_views.register(app)
