"""cancel, change, retry, resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from notifyhub import DeliveryResult

from notifyhub_cli.output import AsJson, Exit, leave, show_json, show_table, told_in_one_line
from notifyhub_cli.tables import show_deliveries, show_message
from notifyhub_cli.target import reading

NONE = "none"
"""How null is written in a shell."""

Id = Annotated[str, typer.Argument(metavar="ID", help="Message id.")]


def cancel(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Message id.")] = None,
    delivery: Annotated[list[int] | None, typer.Option(help="Delivery id; may be given several times.")] = None,
    as_json: AsJson = False,
) -> None:
    """Cancel deliveries that have not been sent yet, and count those for which it was too late.

    \b
    Examples:
      notifyhub cancel 01a1fd9d-2e91-70c5-aee9-108a46972697
      notifyhub cancel --delivery 17 --delivery 18
    """
    if (id_ is None) == (not delivery):
        leave(Exit.BAD_INPUT, "give a message ID or --delivery (see `notifyhub cancel --help`)")
    with told_in_one_line(), reading() as hub:
        if id_ is None:
            _show_results(hub.cancel_deliveries(delivery or []), as_json)
            return
        cancelled = hub.cancel(id_)
    if as_json:
        show_json(cancelled)
    else:
        typer.echo(f"cancelled {cancelled.cancelled}, too late for {cancelled.too_late}")


def change(
    id_: Id,
    text: Annotated[str | None, typer.Option(help="The new message text.")] = None,
    at: Annotated[str | None, typer.Option(help="New time to send at: ISO 8601 with an offset; none: now.")] = None,
    expires_at: Annotated[str | None, typer.Option(help="New expiry: ISO 8601 with an offset; none: never.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a message that has not been sent to anyone yet.

    \b
    Examples:
      notifyhub change 01a1fd9d-2e91-70c5-aee9-108a46972697 --text "Good morning" --at 2026-12-01T10:00:00+03:00
      notifyhub change 01a1fd9d-2e91-70c5-aee9-108a46972697 --expires-at none
    """
    asked: dict[str, Any] = {} if text is None else {"text": text}
    asked |= {name: None if value == NONE else value for name, value in _moments(at, expires_at) if value is not None}
    with told_in_one_line(), reading() as hub:
        changed = hub.change(id_, **asked)
    show_message(changed, as_json)


def retry(
    id_: Id,
    expires_at: Annotated[str | None, typer.Option(help="New expiry: ISO 8601 with an offset; none: never.")] = None,
    as_json: AsJson = False,
) -> None:
    """Retry deliveries that failed, expired or are held as unconfirmed.

    \b
    Example:
      notifyhub retry 01a1fd9d-2e91-70c5-aee9-108a46972697
    """
    asked = {} if expires_at is None else {"expires_at": None if expires_at == NONE else expires_at}
    with told_in_one_line(), reading() as hub:
        done = hub.retry(id_, **asked)
    if as_json:
        show_json(done)
    else:
        typer.echo(f"retried {done.retried}, duplicates {done.duplicates}, left alone {done.left_alone}")


def resolve(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Delivery id.")],
    verdict: Annotated[str, typer.Argument(metavar="AS", help="sent, resend or fail.")],
    as_json: AsJson = False,
) -> None:
    """Decide what happens to a delivery that is held as unconfirmed.

    \b
    Example:
      notifyhub resolve 17 resend
    """
    with told_in_one_line(), reading() as hub:
        found = hub.resolve(id_, verdict)
    if as_json:
        show_json(found)
    else:
        show_deliveries([found])


def _moments(at: str | None, expires_at: str | None) -> tuple[tuple[str, str | None], ...]:
    return ("at", at), ("expires_at", expires_at)


def _show_results(found: list[DeliveryResult], as_json: bool) -> None:
    if as_json:
        show_json(found)
    else:
        show_table(("delivery", "result"), [(one.id, one.result) for one in found])


def register(app: typer.Typer) -> None:
    app.command()(cancel)
    app.command()(change)
    app.command()(retry)
    app.command()(resolve)
