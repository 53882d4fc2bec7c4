"""channels: limits, retries and health of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from notifyhub.answers import Channel

from notifyhub_cli.output import AsJson, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading


def channels(as_json: AsJson = False) -> None:
    """Show each channel: real or emulated, its limits, the results of recent calls, and what is waiting.

    \b
    Examples:
      notifyhub channels
      notifyhub channels --json
    """
    with told_in_one_line(), reading() as hub:
        found = hub.channels()
    if as_json:
        show_json(found)
        return
    columns = ("channel", "kind", "base url", "longest text", "attempts", "health", "last sent", "due", "next")
    show_table(columns, [_row(channel) for channel in found])


def register(app: typer.Typer) -> None:
    app.command()(channels)


def _row(channel: Channel) -> tuple[object, ...]:
    due = f"{channel.waiting.due}+" if channel.waiting.more else str(channel.waiting.due)
    kind = "emulated" if channel.emulated else "real"
    limits = (channel.text_limit, channel.retry.max_attempts)
    lately = (channel.health.state, channel.health.last_sent_at, due, channel.waiting.next_at)
    return (channel.name, kind, channel.base_url, *limits, *lately)
