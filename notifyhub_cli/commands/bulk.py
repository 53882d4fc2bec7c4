"""bulk."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.output import AsJson, Exit, leave, show_json, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub.answers import BulkResult

NOW = "now"


class Action(StrEnum):
    """What can be done to many deliveries; the library's words, without what it takes to load it."""

    CANCEL = "cancel"
    RETRY = "retry"
    RESCHEDULE = "reschedule"


_DONE = {Action.CANCEL: "cancelled", Action.RETRY: "retried", Action.RESCHEDULE: "rescheduled"}


def bulk(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    delivery: Annotated[list[int] | None, typer.Option(help="Delivery id; may be given several times.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="With this status; may be given several times.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="On this channel; may be given several times.")] = None,
    address: Annotated[str | None, typer.Option(help="To this address.")] = None,
    reference: Annotated[str | None, typer.Option(help="Your own reference for the message.")] = None,
    mailing: Annotated[int | None, typer.Option(help="Sent by this mailing.")] = None,
    client: Annotated[int | None, typer.Option(help="Sent to this client of the directory.")] = None,
    reason: Annotated[str | None, typer.Option(help="Failed or waiting for this reason.")] = None,
    operator_code: Annotated[str | None, typer.Option(help="By mailings, to clients of this operator.")] = None,
    text: Annotated[str | None, typer.Option(help="Part of the message text, in capital or small letters.")] = None,
    since: Annotated[str | None, typer.Option(help="Accepted at or after this time: ISO 8601 with an offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Accepted before this time: ISO 8601 with an offset.")] = None,
    at: Annotated[str | None, typer.Option(help="To reschedule: a time in ISO 8601 with an offset, or now.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, it is only counted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Cancel, retry or reschedule many deliveries: those with these ids, or all that match. Without --yes, count them.

    \b
    Examples:
      notifyhub bulk retry --status failed --channel viber --since 2026-12-01T00:00:00+03:00
      notifyhub bulk retry --status failed --channel viber --since 2026-12-01T00:00:00+03:00 --yes
      notifyhub bulk reschedule --reference spring --at 2026-12-02T10:00:00+03:00 --yes
      notifyhub bulk cancel --delivery 17 --delivery 18 --yes
    """
    filters = {
        "status": status or None,
        "channel": channel or None,
        "address": address,
        "reference": reference,
        "mailing_id": mailing,
        "client_id": client,
        "reason": reason,
        "operator_code": operator_code,
        "text": text,
        "created_from": since,
        "created_to": until,
    }
    if not delivery and all(value is None for value in filters.values()):
        leave(Exit.BAD_INPUT, "give --delivery or a filter (see `notifyhub bulk --help`)")
    moved: dict[str, Any] = {} if at is None else {"at": None if at == NOW else at}
    with told_in_one_line(), reading() as hub:
        done = hub.bulk(action.value, ids=delivery or None, dry_run=not yes, **moved, **filters)
    if as_json:
        show_json(done)
    else:
        typer.echo(_told(action, done))


def _told(action: Action, done: BulkResult) -> str:
    more = f"duplicates {done.duplicates}, left alone {done.left_alone}"
    if done.dry_run:
        of = f"would {action} {done.changed} of {done.matched}, left alone {done.left_alone}"
        return f"{of}; nothing was changed, --yes does it" if done.changed else of
    return f"{_DONE[action]} {done.changed} of {done.matched}, {more}"


def register(app: typer.Typer) -> None:
    app.command()(bulk)
