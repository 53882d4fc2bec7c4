"""events: what happened, as it is told to others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

LOOK_AGAIN_S = 0.5
PAGE = 1_000


def events(
    type_: Annotated[
        list[str] | None,
        typer.Option(
            "--type", help='A type such as delivery.failed, or a pattern such as "mailing.*"; may be repeated.'
        ),
    ] = None,
    after: Annotated[str | None, typer.Option(metavar="ID", help="Only what followed this event.")] = None,
    limit: Annotated[int, typer.Option(help="How many to show, the oldest first.", min=1, max=100_000)] = 100,
    follow: Annotated[bool, typer.Option("--follow", help="Go on showing what happens, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show events in their order. Which are kept is set by NOTIFYHUB_EVENTS_TYPES; what a webhook wants is kept too.

    \b
    Examples:
      notifyhub events --type "mailing.*" --type person.wrote
      notifyhub events --after 01a1fdc9-524d-7b3c-9d2f-7a0000000011 --json
      notifyhub events --follow
    """
    left = limit
    with told_in_one_line(), reading() as hub:
        place: object = after
        while follow or left > 0:
            page = hub.events.list(after=place, types=type_, limit=PAGE if follow else min(left, PAGE))
            for event in page.items:
                typer.echo(event.model_dump_json(exclude_none=True) if as_json else _in_words(event))
            left, place = left - len(page.items), page.next
            if not page.more:
                if not follow:
                    break
                time.sleep(LOOK_AGAIN_S)


def register(app: typer.Typer) -> None:
    app.command()(events)


def _in_words(event: answers.OutgoingEvent) -> str:
    """One line: when, what, and the members of its data."""
    facts = event.data.model_dump(mode="json", exclude_none=True)
    told = " ".join(f"{name}={value}" for name, value in facts.items())
    return f"{event.timestamp:%Y-%m-%d %H:%M:%SZ}  {event.id}  {event.type}  {' '.join(told.split())}"
