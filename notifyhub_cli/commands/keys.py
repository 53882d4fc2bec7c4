"""key create, list, revoke."""

from __future__ import annotations

from typing import Annotated

import typer

from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

app = typer.Typer(
    help="""Manage API keys.

    \b
    Examples:
      notifyhub key create --name shop --scope send --scope read
      notifyhub key list
      notifyhub key revoke 2
    """,
    no_args_is_help=True,
)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Name of the key's owner.")],
    scope: Annotated[list[str], typer.Option(help="send, read, metrics or admin; may be given several times.")],
    expires_at: Annotated[
        str | None, typer.Option(help="When it stops working: ISO 8601 with an offset.", metavar="MOMENT")
    ] = None,
    rate_limit: Annotated[
        int | None, typer.Option(help="Requests per minute [default: NOTIFYHUB_RATE_LIMIT].", metavar="N")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a key. It is shown once; only its hash is stored.

    \b
    Example:
      notifyhub key create --name shop --scope send --scope read
      notifyhub key create --name audit --scope read --expires-at 2127-01-01T00:00Z --rate-limit 60
    """
    with told_in_one_line(), reading() as hub:
        key = hub.keys.create(name, scope, expires_at=expires_at, rate_limit=rate_limit)
    if as_json:
        show_json(key)
    else:
        typer.echo(key.key)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all keys, showing their first characters.

    \b
    Example:
      notifyhub key list --json
    """
    with told_in_one_line(), reading() as hub:
        found = hub.keys.list()
    if as_json:
        show_json(found)
        return
    rows = [
        (k.id, k.name, f"{k.prefix}…", " ".join(k.scopes), k.created_at, k.last_used_at, k.expires_at, k.revoked_at)
        for k in found
    ]
    show_table(("id", "name", "key", "scopes", "created", "last used", "expires", "revoked"), rows)


@app.command()
def revoke(id_: Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub key list`.")]) -> None:
    """Revoke a key. Every process refuses it immediately.

    \b
    Example:
      notifyhub key revoke 2
    """
    with told_in_one_line(), reading() as hub:
        hub.keys.revoke(id_)
    typer.echo(f"revoked key {id_}")
