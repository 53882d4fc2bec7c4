"""clients erase, clients erasures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers


def register(app: typer.Typer) -> None:
    app.command()(erase)
    app.command()(erasures)


def erase(
    id_: Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub clients list`.")],
    reason: Annotated[str, typer.Option(help="Why, for the proof.")],
    by: Annotated[str | None, typer.Option(help="Who decided so, for the proof.")] = None,
    as_json: AsJson = False,
) -> None:
    """Erase a client: every trace of the person, with a proof. It cannot be undone.

    \b
    Example:
      notifyhub clients erase 7 --reason "asked by e-mail" --by Ann

    What has not been sent is cancelled. If something is being sent at this moment, the erasure is completed by a
    running worker as soon as that has ended. Log files name people by number only, and stay.
    """
    with told_in_one_line(), reading() as hub:
        done = hub.clients.erase(id_, reason=reason, by=by)
    if as_json:
        show_json(done)
        return
    typer.echo(f"erased client {id_}: erasure {done.id}, cancelled {done.cancelled}, {_rows(done)}")
    if not done.complete:
        typer.echo(
            f"something is on its way to the person: see `notifyhub clients erasures` for when {done.id} is complete"
        )


def erasures(
    address: Annotated[str | None, typer.Option(help="Only of people who had this phone or address.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the erasures, which prove that people were erased.

    \b
    Examples:
      notifyhub clients erasures
      notifyhub clients erasures --address 79201234567
    """
    with told_in_one_line(), reading() as hub:
        found = hub.clients.erasures(limit=limit, address=address)
    if as_json:
        show_json(found)
        return
    rows = [
        (one.id, one.client_id, one.asked_at, one.completed_at or "not yet", one.asked_by, one.reason, _rows(one))
        for one in found
    ]
    show_table(("id", "client", "asked", "complete", "by", "reason", "rows"), rows)


def _rows(erasure: answers.Erasure) -> str:
    return ", ".join(f"{number} {table}" for table, number in erasure.rows.items())
