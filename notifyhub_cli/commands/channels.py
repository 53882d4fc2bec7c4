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
        "rate",
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
    lately = (
        channel.health.state,
        _breaker(channel),
        _rate(channel),
        channel.health.last_sent_at,
        due,
        channel.waiting.next_at,
    )
    return (channel.name, kind, channel.base_url, *limits, *lately)


def _breaker(channel: Channel) -> str:
    """The states of its accounts, the worst first."""
    states = [account.state for account in channel.accounts]
    worst = [state for state in ("open", "half_open", "closed") if state in states]
    return ", ".join(worst)


def _rate(channel: Channel) -> str:
    """The limits of its accounts: mostly one."""
    return ", ".join(dict.fromkeys(account.rate or "none" for account in channel.accounts))


def _resting(channel: Channel) -> list[str]:
    """A line for each account that rests, pauses or goes slowly."""
    lines = []
    for account in channel.accounts:
        name = f"sender {account.sender} of {channel.name}" if account.sender else channel.name
        if account.state != "closed":
            lines.append(f"{name} rests since {text(account.since)}: {account.words}.")
        if account.paused_until is not None:
            lines.append(f"{name} pauses until {text(account.paused_until)}: it was refused as too fast.")
        if account.rate_percent is not None:
            lines.append(f"{name} goes at {account.rate_percent} % of {account.rate}, because more was refused.")
    return lines
