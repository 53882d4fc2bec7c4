"""Channels on the command line: a list of them, or a chain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.output import Exit, leave

if TYPE_CHECKING:
    from notifyhub import answers

FirstOf = Annotated[
    str | None,
    typer.Option(metavar="CHANNELS", help="Channels to try one after the other: viber,whatsapp,gateway."),
]
ConfirmWithin = Annotated[
    str | None,
    typer.Option(metavar="DURATION", help="With --first-of: how long each may take: 90s, 10m, 2h or PT10M."),
]

_SHORT = re.compile(r"([0-9]{1,9})([smh])")


def chain(first_of: str | None, confirm_within: str | None) -> dict[str, Any] | None:
    """The options as the member `channels` of a request; None: no chain is asked for."""
    if first_of is None:
        if confirm_within is not None:
            leave(Exit.BAD_INPUT, "--confirm-within: goes with --first-of")
        return None
    asked: dict[str, Any] = {"first_of": [name.strip() for name in first_of.split(",")]}
    if confirm_within is not None:
        asked["confirm_within"] = _duration(confirm_within)
    return asked


def by_channels(channels: list[str] | answers.Chain) -> str:
    """Channels in words."""
    return " or ".join(channels) if isinstance(channels, list) else ", then ".join(channels.first_of)


def _duration(text: str) -> str | int:
    if text.isascii() and text.isdigit():
        return int(text)
    short = _SHORT.fullmatch(text)
    return f"PT{short[1]}{short[2].upper()}" if short else text
