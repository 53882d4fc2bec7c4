"""clients add, list, show, change, delete, import, export."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.bar import Bar
from notifyhub_cli.commands import erasures
from notifyhub_cli.output import AsJson, Exit, leave, say, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

app = typer.Typer(
    help="""Manage the directory of clients, the people whom mailings are sent to.

    \b
    Examples:
      notifyhub clients add 79201234567 --tag vip --address telegram=1067000
      notifyhub clients import clients.csv --dry-run
      notifyhub clients list --tag vip
      notifyhub clients export clients.csv
      notifyhub clients erase 7 --reason "asked by e-mail"
    """,
    no_args_is_help=True,
)
erasures.register(app)
MOST_SHOWN = 20
"""Errors of an import that are printed; --json has more."""

Id = Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub clients list`.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given several times.")]
Addresses = Annotated[
    list[str] | None, typer.Option("--address", metavar="CHANNEL=ADDRESS", help="May be given several times.")
]
Attributes = Annotated[
    list[str] | None, typer.Option("--attribute", metavar="NAME=VALUE", help="JSON or text; several times.")
]
OptedOut = Annotated[
    list[str] | None, typer.Option("--opted-out", metavar="CHANNEL", help="Send nothing there; all: nowhere.")
]
OperatorCode = Annotated[str | None, typer.Option(help="Default: digits 2 to 4 of the phone.")]
Timezone = Annotated[str | None, typer.Option(help="Europe/Moscow, +03:00 …; default: NOTIFYHUB_DEFAULT_TIMEZONE.")]
_Several = typer.Option(help="May be given several times.")
OperatorCodes = Annotated[list[str] | None, _Several]
Timezones = Annotated[list[str] | None, _Several]
Phones = Annotated[list[str] | None, _Several]
Search = Annotated[str | None, typer.Option(help="Part of a phone, an address or an attribute, or a whole tag.")]


@app.command()
def add(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="7XXXXXXXXXX, or another way of writing it.")],
    tag: Tags = None,
    address: Addresses = None,
    attribute: Attributes = None,
    opted_out: OptedOut = None,
    operator_code: OperatorCode = None,
    timezone: Timezone = None,
    as_json: AsJson = False,
) -> None:
    """Add a client.

    \b
    Example:
      notifyhub clients add 79201234567 --tag vip --address telegram=1067000 --attribute city=Tver
    """
    with told_in_one_line(), reading() as hub:
        client = hub.clients.create(
            phone,
            operator_code=operator_code,
            tags=tag or [],
            timezone=timezone,
            addresses=_pairs("--address", address),
            attributes={name: _value(text) for name, text in _pairs("--attribute", attribute).items()},
            opted_out=opted_out or [],
        )
    _show([client], as_json, one=True)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100_000)] = 20,
    tag: Tags = None,
    operator_code: OperatorCodes = None,
    timezone: Timezones = None,
    phone: Phones = None,
    search: Search = None,
    as_json: AsJson = False,
) -> None:
    """List matching clients, newest first.

    \b
    Example:
      notifyhub clients list --tag vip --operator-code 903 --operator-code 905
    """
    with told_in_one_line(), reading() as hub:
        found = hub.clients.list(
            limit=limit, tag=tag, operator_code=operator_code, timezone=timezone, phone=phone, search=search
        )
    _show(found, as_json)


@app.command()
def show(id_: Id, as_json: AsJson = False) -> None:
    """Show a client.

    \b
    Example:
      notifyhub clients show 7 --json
    """
    with told_in_one_line(), reading() as hub:
        client = hub.clients.get(id_)
    _show([client], as_json, one=True)


@app.command()
def change(
    id_: Id,
    phone: Annotated[str | None, typer.Option(help="The new phone.")] = None,
    tag: Tags = None,
    address: Addresses = None,
    attribute: Attributes = None,
    opted_out: OptedOut = None,
    operator_code: OperatorCode = None,
    timezone: Timezone = None,
    as_json: AsJson = False,
) -> None:
    """Change a client. What is given replaces what was there; `none` empties a list.

    \b
    Examples:
      notifyhub clients change 7 --tag vip --tag tver --timezone Asia/Omsk
      notifyhub clients change 7 --opted-out all
    """
    members: dict[str, Any] = {
        "phone": phone,
        "operator_code": operator_code,
        "timezone": timezone,
        "tags": _emptied(tag),
        "opted_out": _emptied(opted_out),
        "addresses": None if address is None else _pairs("--address", _emptied(address)),
    }
    if attribute is not None:
        given = _pairs("--attribute", _emptied(attribute))
        members["attributes"] = {name: _value(text) for name, text in given.items()}
    with told_in_one_line(), reading() as hub:
        client = hub.clients.update(id_, **{name: value for name, value in members.items() if value is not None})
    _show([client], as_json, one=True)


@app.command()
def delete(id_: Id, as_json: AsJson = False) -> None:
    """Delete a client. What has not been sent is cancelled; the history stays, without addresses.

    \b
    Example:
      notifyhub clients delete 7
    """
    with told_in_one_line(), reading() as hub:
        done = hub.clients.delete(id_)
    if as_json:
        show_json(done)
    else:
        typer.echo(f"deleted client {id_}: cancelled {done.cancelled}, too late for {done.too_late}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a head, or JSON Lines.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Such as windows-1251; default: recognised.")] = None,
    separator: Annotated[str | None, typer.Option(help="Of the cells; default: recognised.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add clients from a table, or change those whose phone is there. Wrong rows are named, the others are kept.

    What a row gives is changed. An empty cell, or null, removes an address or attribute; those without a column stay.

    \b
    Example:
      notifyhub clients import clients.csv --dry-run
    """
    total = file.stat().st_size if file.is_file() else None
    with told_in_one_line(), reading() as hub, Bar(file.name, total) as bar:
        done = hub.clients.import_(file, dry_run=dry_run, encoding=encoding, separator=separator, progress=bar)
    if as_json:
        show_json(done)
    else:
        for error in done.errors[:MOST_SHOWN]:
            say(f"line {error.line}{f', {error.field}' if error.field else ''}: {error.message}")
        if len(done.errors) > MOST_SHOWN:
            say(f"and {len(done.errors) - MOST_SHOWN} more (--json has the first 1,000)")
        would = "would be " if done.dry_run else ""
        typer.echo(
            f"{done.rows} rows in {done.encoding}: {done.created} {would}added, {done.updated} {would}changed, "
            f"{done.failed} left out"
        )
    if done.failed:
        raise typer.Exit(Exit.FAILED)


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Where to write; -: standard output.")] = "-",
    format: Annotated[
        str | None, typer.Option(help="csv or jsonl; default: by the name of the file, else csv.")
    ] = None,
    excel: Annotated[bool, typer.Option("--excel", help="CSV that Excel opens with a double click.")] = False,
    tag: Tags = None,
    operator_code: OperatorCodes = None,
    timezone: Timezones = None,
    phone: Phones = None,
    search: Search = None,
) -> None:
    """Write clients as a table that `clients import` takes.

    \b
    Examples:
      notifyhub clients export clients.csv --tag vip
      notifyhub clients export --format jsonl | gzip > clients.jsonl.gz
    """
    named = file != "-"
    target = file if named else sys.stdout.buffer
    filters = {"tag": tag, "operator_code": operator_code, "timezone": timezone, "phone": phone, "search": search}
    with told_in_one_line(), reading() as hub, Bar(file, shown=named or not sys.stdout.isatty()) as bar:
        number = hub.clients.export(target, format=format, excel=excel, progress=bar, **filters)
    if named:
        typer.echo(f"wrote {number} clients to {file}")


def _pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not equals or not name:
            leave(Exit.BAD_INPUT, f"{option}: must be NAME=VALUE, this is {one!r}")
        pairs[name] = value
    return pairs


def _value(text: str) -> Any:
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text


def _emptied(given: list[str] | None) -> list[str] | None:
    return [] if given == ["none"] else given


def _show(clients: list[answers.Client], as_json: bool, *, one: bool = False) -> None:
    if as_json:
        show_json(clients[0] if one else clients)
        return
    rows = [
        (
            client.id,
            client.phone,
            client.operator_code,
            ", ".join(client.tags),
            client.timezone,
            " ".join(f"{channel}={address}" for channel, address in client.addresses.items()),
            ", ".join(client.opted_out),
        )
        for client in clients
    ]
    show_table(("id", "phone", "operator", "tags", "time zone", "addresses", "opted out"), rows)
