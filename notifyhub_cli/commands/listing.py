"""list."""

from __future__ import annotations

from typing import Annotated

import typer

from notifyhub_cli.output import AsJson, show_json, told_in_one_line
from notifyhub_cli.tables import show_deliveries, show_messages
from notifyhub_cli.target import reading


def list_(
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=1000)] = 20,
    status: Annotated[list[str] | None, typer.Option(help="With this status; may be given several times.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="On this channel; may be given several times.")] = None,
    address: Annotated[
        str | None, typer.Option(help="To this address, in any spelling that its channel accepts.")
    ] = None,
    reference: Annotated[str | None, typer.Option(help="Your own reference for the message.")] = None,
    mailing: Annotated[int | None, typer.Option(help="Sent by this mailing.")] = None,
    client: Annotated[int | None, typer.Option(help="Sent to this client of the directory.")] = None,
    reason: Annotated[str | None, typer.Option(help="Failed, expired or cancelled for this reason.")] = None,
    operator_code: Annotated[str | None, typer.Option(help="By mailings, to clients of this operator.")] = None,
    text: Annotated[str | None, typer.Option(help="Part of the message text, in capital or small letters.")] = None,
    since: Annotated[str | None, typer.Option(help="Accepted at or after this time: ISO 8601 with an offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Accepted before this time: ISO 8601 with an offset.")] = None,
    oldest: Annotated[bool, typer.Option("--oldest", help="The oldest first.")] = False,
    deliveries: Annotated[bool, typer.Option("--deliveries", help="List deliveries instead of messages.")] = False,
    as_json: AsJson = False,
) -> None:
    """List matching messages or deliveries, newest first unless told otherwise.

    \b
    Examples:
      notifyhub list --limit 5
      notifyhub list --deliveries --status failed --channel viber --since 2026-12-01T00:00:00+03:00
      notifyhub list --deliveries --mailing 3 --reason recipient_blocked
    """
    with told_in_one_line(), reading() as hub:
        find = hub.deliveries if deliveries else hub.messages
        found = find(
            limit=limit,
            status=status or None,
            channel=channel or None,
            address=address,
            reference=reference,
            mailing_id=mailing,
            client_id=client,
            reason=reason,
            operator_code=operator_code,
            text=text,
            created_from=since,
            created_to=until,
            order="oldest" if oldest else "newest",
        )
    if as_json:
        show_json(found)
    elif deliveries:
        show_deliveries(found)
    else:
        show_messages(found)


def register(app: typer.Typer) -> None:
    app.command("list")(list_)
