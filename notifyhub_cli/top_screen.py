"""The screen of `notifyhub top`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from notifyhub.errors import NotifyhubError
from notifyhub_cli.rates import ChannelRates, Rates, Watch

QUIT = ("q", "Q", "\x03")
LATE_S, TOO_LATE_S = 30, 120
NEARLY_ALL = 0.95


def show(watch: Watch, every_s: float) -> None:
    """Show it until somebody presses q."""
    with keys() as pressed, Live(Text("looking …"), screen=True, auto_refresh=False) as live:
        seen: RenderableType = Text("")
        while not pressed(every_s):
            try:
                seen = screen(watch.next())
                live.update(Group(seen, _footer()), refresh=True)
            except NotifyhubError as error:
                # The store or the service may be back soon: what was seen last stays.
                live.update(Group(seen, Text(f"\n{error}; trying again", style="red"), _footer()), refresh=True)


def screen(rates: Rates) -> RenderableType:
    """What is going on, as it is printed."""
    sums = [sum(getattr(one, name) for one in rates.channels) for name in ("accepted_s", "sent_s", "failed_s")]
    head = Text.assemble(
        ("notifyhub", "bold"),
        f"  {rates.at[11:19]}Z  accepted {sums[0]:,.1f}/s  sent {sums[1]:,.1f}/s  ",
        (f"failed {sums[2]:,.1f}/s", "red" if sums[2] else ""),
        f"  delivering processes lately: {rates.processes}",
    )
    notes = [Text(note, style="yellow") for one in rates.channels for note in one.notes]
    return Group(head, Text(""), _table(rates.channels), *notes)


def _table(channels: list[ChannelRates]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("channel")
    numbers = ("accepted/s", "sent/s", "failed/s", "waiting", "sending", "unconfirmed", "oldest due")
    for name in (*numbers, "accounts"):
        table.add_column(name, justify="right")
    table.add_column("breaker")
    table.add_column("limit")
    for one in channels:
        rates = (f"{number:,.1f}" if number else "-" for number in (one.accepted_s, one.sent_s, one.failed_s))
        counts = (f"{number:,}" if number else "-" for number in (one.scheduled, one.sending, one.unconfirmed))
        table.add_row(one.channel, *rates, *counts, _age(one), str(one.accounts), _state(one), _limit(one))
    return table


def _age(one: ChannelRates) -> Text:
    age = one.queue_age_s
    style = "red" if age > TOO_LATE_S else "yellow" if age > LATE_S else ""
    return Text(f"{age:.1f} s" if age else "-", style=style)


def _state(one: ChannelRates) -> Text:
    return Text(one.state, style="" if one.state == "closed" else "red")


def _limit(one: ChannelRates) -> Text:
    if one.limit_s is None or one.limit_use is None:
        return Text("none")
    return Text(f"{one.limit_s:g}/s, {one.limit_use:.0%} used", style="yellow" if one.limit_use >= NEARLY_ALL else "")


def _footer() -> Text:
    return Text("\nq quits", style="dim")


@contextmanager
def keys() -> Iterator[Callable[[float], bool]]:
    """A function that waits for so many seconds, and says at once if somebody wants to quit.

    Where single keys cannot be read (in a pipe, on Windows) it only waits; Ctrl-C quits everywhere.
    """
    try:
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin.fileno())
    except (ImportError, OSError, ValueError):
        yield _only_wait
        return
    except termios.error:
        yield _only_wait
        return
    try:
        tty.setcbreak(sys.stdin.fileno())
        yield _wait_for_key
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


def _only_wait(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _wait_for_key(seconds: float) -> bool:
    import select

    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        if select.select([sys.stdin], [], [], left)[0]:
            # Not through the buffer of sys.stdin, of which select knows nothing.
            pressed = os.read(sys.stdin.fileno(), 64).decode(errors="replace")
            if not pressed or any(key in QUIT for key in pressed):
                return True
    return False
