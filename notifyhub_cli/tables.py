"""Prints messages and deliveries for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from notifyhub_cli.output import show_json, show_table, text

if TYPE_CHECKING:
    from notifyhub import Delivery, Message


def show_message(message: Message, as_json: bool) -> None:
    """Print a message and the status of each of its deliveries."""
    if as_json:
        show_json(message)
        return
    typer.echo(f"{message.id}  {message.status}  accepted {message.accepted}, duplicates {message.duplicates}")
    if message.deliveries is None:
        typer.echo(", ".join(f"{status} {count}" for status, count in (message.counts or {}).items()))
        return
    show_deliveries(message.deliveries)


def show_deliveries(deliveries: Sequence[Delivery]) -> None:
    """Print a table of deliveries."""
    rows = [(d.id, d.channel, d.address, d.status, d.due_at, _note(d.reason, d.duplicate_of)) for d in deliveries]
    show_table(("delivery", "channel", "address", "status", "due", "note"), rows)


def show_messages(messages: Sequence[Message]) -> None:
    """Print a table of messages."""
    rows = [(m.id, m.created_at, m.status, m.accepted, m.duplicates, _short(m.text or "")) for m in messages]
    show_table(("id", "created", "status", "accepted", "duplicates", "text"), rows)


def _note(reason: str | None, duplicate_of: int | None) -> str:
    return f"of {duplicate_of}" if duplicate_of else text(reason)


def _short(body: str) -> str:
    line = " ".join(body.split())
    return line if len(line) <= 60 else line[:59] + "…"
