"""why: what happened, and what happens next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from notifyhub.answers import MessengerCall, Story

from notifyhub_cli.output import AsJson, show_json, text, told_in_one_line
from notifyhub_cli.target import reading


def why(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Delivery id or message id.")],
    request: Annotated[
        bool, typer.Option("--request", help="The call to the messenger instead, with secrets masked; of a delivery.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Explain what happened to a delivery, or to each delivery of a message, and what happens next.

    \b
    Examples:
      notifyhub why 17
      notifyhub why 17 --request
      notifyhub why 01a1fd9d-2e91-70c5-aee9-108a46972697 --json
    """
    with told_in_one_line(), reading() as hub:
        found = hub.request_of(id_) if request else hub.why(id_)
    if as_json:
        show_json(found)
    elif request:
        typer.echo(_call(found))
    else:
        typer.echo("\n\n".join(_told(story) for story in found))


def register(app: typer.Typer) -> None:
    app.command()(why)


def _call(call: MessengerCall) -> str:
    headers = [f"{name}: {value}" for name, value in call.headers.items()]
    return "\n".join([f"{call.method} {call.url}", *headers, "", call.body])


def _told(story: Story) -> str:
    name = f"delivery {story.delivery_id}" if story.delivery_id else "left out"
    lines = [f"{name}: {story.channel} {story.address}, {story.status}"]
    lines += [f"  {text(event.at):21}{event.words}" for event in story.events]
    return "\n".join([*lines, f"  {'next':21}{story.next}"])
