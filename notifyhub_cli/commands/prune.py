"""prune."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.ages import age_ms
from notifyhub_cli.bar import Bar
from notifyhub_cli.output import AsJson, Exit, leave, show_json, told_in_one_line
from notifyhub_cli.target import own

if TYPE_CHECKING:
    from notifyhub import Hub
    from notifyhub.store.retention import Pass


def register(app: typer.Typer) -> None:
    app.command()(prune)


def prune(
    older_than: Annotated[
        str | None, typer.Option(help="Delete deliveries that ended so long ago, such as 90d or 26w.")
    ] = None,
    personal_older_than: Annotated[
        str | None, typer.Option(help="Remove addresses and texts of deliveries that ended so long ago.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete old deliveries, or remove what is personal in them; default: as NOTIFYHUB_RETENTION_… says.

    \b
    Examples:
      notifyhub prune --older-than 90d --dry-run
      notifyhub prune --older-than 90d
      notifyhub prune --personal-older-than 30d

    What is open or ended later stays, statistics keep counting what is deleted, and the same text is still not sent to
    the same address again. May be run while notifyhub is in use, and interrupted.
    """
    from notifyhub.clock import now_ms
    from notifyhub.flow import retention
    from notifyhub.hub import core_of

    done: dict[str, dict[str, int]] = {}
    with told_in_one_line(), own() as hub:
        database, now = core_of(hub).database, now_ms()
        for name, length in _wanted(hub, older_than, personal_older_than).items():
            if dry_run:
                ready, left = retention.foreseen(database, name, now - length, now)
                done[name.value] = {"deliveries": ready, "left": left}
                continue
            with Bar("looking at old deliveries") as bar:
                counts = retention.run(database, name, now - length, now, threading.Event(), None, bar)
            retention.tell(name, counts)
            done[name.value] = dict(sorted((+counts).items()))
    if as_json:
        show_json(done)
    else:
        for pass_, rows in done.items():
            typer.echo(_in_words(pass_, Counter(rows), dry_run))


def _wanted(hub: Hub, older_than: str | None, personal_older_than: str | None) -> dict[Pass, int]:
    """What is to be done, and from which age on, in milliseconds."""
    from notifyhub.retention_settings import DAY_MS
    from notifyhub.store.retention import Pass

    settings = hub.settings.retention
    shortest = hub.settings.idempotency_kept_s * 1000
    if older_than is None and personal_older_than is None:
        days = {Pass.FORGET: settings.personal_days, Pass.PRUNE: settings.deliveries_days}
        wanted = {name: number * DAY_MS for name, number in days.items() if number is not None}
    else:
        given = {Pass.FORGET: ("--personal-older-than", personal_older_than), Pass.PRUNE: ("--older-than", older_than)}
        wanted = {name: _age(option, text, shortest) for name, (option, text) in given.items() if text is not None}
    if not wanted:
        setting = "NOTIFYHUB_RETENTION_DELIVERIES_DAYS"
        leave(Exit.BAD_INPUT, f"--older-than: say from which age on, such as 90d, or set {setting}")
    return wanted


def _age(option: str, text: str, shortest: int) -> int:
    length = age_ms(text)
    if length is None:
        leave(Exit.BAD_INPUT, f"{option}: must be an age such as 90d, 26w or 36h, this is {text!r}")
    if length < shortest:
        needed = f"NOTIFYHUB_IDEMPOTENCY_KEPT_S ({shortest // 1000} seconds)"
        leave(Exit.BAD_INPUT, f"{option}: must be at least {needed}: stored answers tell of what is that young")
    return length


def _in_words(name: str, rows: Counter[str], dry_run: bool) -> str:
    from notifyhub.store.retention import Pass

    does = "delete" if name == Pass.PRUNE else "remove what is personal in"
    if dry_run:
        left = f"; {rows['left']:,} of that age are open or ended later, and stay" if rows["left"] else ""
        return f"would {does} {rows['deliveries']:,} deliveries{left}"
    others = ", ".join(f"{number:,} {table}" for table, number in rows.items() if table != "deliveries")
    done = "deleted" if name == Pass.PRUNE else "removed what is personal in"
    return f"{done} {rows['deliveries']:,} deliveries{f', and {others}' if others else ''}"
