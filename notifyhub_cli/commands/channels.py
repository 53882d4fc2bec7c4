"""channels: limits, retries and health of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from notifyhub.answers import Channel

from notifyhub_cli.output import AsJson, show_json, show_table, text, told_in_one_line
from notifyhub_cli.target import reading


def channels(as_json: AsJson = False) -> None:
    """Show each channel: real or emulated, its limits, the results of recent calls, who rests, and what is waiting.

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
    columns = (
        "channel",
        "kind",
        "base url",
        "longest text",
        "attempts",
        "health",
        "breaker",
        "last sent",
        "due",
        "next",
    )
    show_table(columns, [_row(channel) for channel in found])
    for line in (line for channel in found for line in _resting(channel)):
        typer.echo(line)


def register(app: typer.Typer) -> None:
    app.command()(channels)


def _row(channel: Channel) -> tuple[object, ...]:
    due = f"{channel.waiting.due}+" if channel.waiting.more else str(channel.waiting.due)
    kind = "emulated" if channel.emulated else "real"
    limits = (channel.text_limit, channel.retry.max_attempts)
    lately = (channel.health.state, _breaker(channel), channel.health.last_sent_at, due, channel.waiting.next_at)
    return (channel.name, kind, channel.base_url, *limits, *lately)


def _breaker(channel: Channel) -> str:
    """The states of its accounts, the worst first."""
    states = [account.state for account in channel.accounts]
    worst = [state for state in ("open", "half_open", "closed") if state in states]
    return ", ".join(worst)


def _resting(channel: Channel) -> list[str]:
    """A line for each account that rests."""
    return [
        f"{f'sender {account.sender} of {channel.name}' if account.sender else channel.name} rests since "
        f"{text(account.since)}: {account.words}."
        for account in channel.accounts
        if account.state != "closed"
    ]
