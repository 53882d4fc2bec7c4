"""logs: the whole story of a mailing, a message, a client or a request, from the log files."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.ages import age_ms
from notifyhub_cli.output import Exit, leave, say, told_in_one_line

if TYPE_CHECKING:
    from notifyhub.logs.searching import Found, Search, Wanted

LIMIT = 1_000
LOOK_AGAIN_S = 0.2


def logs(
    mailing: Annotated[int | None, typer.Option(help="Its requests, its changes and all of its deliveries.")] = None,
    message: Annotated[
        str | None, typer.Option(help="The request that made it, and what became of its deliveries.")
    ] = None,
    delivery: Annotated[int | None, typer.Option(help="Each call for it, and the messenger's answers.")] = None,
    client: Annotated[
        int | None, typer.Option(help="What was done to the client, and what mailings sent there; also once deleted.")
    ] = None,
    request: Annotated[
        str | None, typer.Option(help="The request with this X-Request-ID, and the messages that it made.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    event: Annotated[
        str | None, typer.Option(help="Only this event, such as delivery.attempt, or delivery for all of those.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="This level or higher: debug, info, warning, error.")] = None,
    since: Annotated[
        str | None, typer.Option(help="From this time on: 2h, 30m, 7d ago, or ISO 8601 with an offset.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Before this time, written likewise.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on showing what happens, until Ctrl-C.")] = False,
    limit: Annotated[int, typer.Option(help="Show the newest records, at most so many; 0: all.", min=0)] = LIMIT,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="Search this file; may be repeated [default: NOTIFYHUB_LOG_FILE and its rotated ones]."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the lines of the file as they are.")] = False,
) -> None:
    """Search the log for the story of a mailing, a message, a client or a request.

    \b
    Examples:
      notifyhub logs --client 17
      notifyhub logs --mailing 7 --level warning --since 2h
      notifyhub logs --message 01a1fd9d-2e91-70c5-aee9-108a46972697 --json
      notifyhub logs --event sender --follow
    """
    from notifyhub.logs.searching import Wanted

    given = {
        "mailing_id": mailing,
        "message_id": None if message is None else _message_id(message),
        "delivery_id": delivery,
        "client_id": client,
        "request_id": request,
    }
    now = round(time.time() * 1000)
    with told_in_one_line():
        wanted = Wanted(
            {name: str(value) for name, value in given.items() if value is not None},
            channel,
            event,
            _level(level),
            _moment("--since", since, now),
            _moment("--until", until, now),
        )
        if follow and file is not None and len(file) > 1:
            leave(Exit.BAD_INPUT, "--follow: goes with one --file only")
        _Shown(wanted, file, limit, as_json=as_json).show(follow=follow)


def register(app: typer.Typer) -> None:
    app.command()(logs)


class _Shown:
    """One search, and how its records are shown."""

    def __init__(self, wanted: Wanted, files: list[Path] | None, limit: int, *, as_json: bool) -> None:
        from notifyhub.logs.searching import Search

        self._search: Search = Search(wanted)
        self._since = wanted.since
        self._limit = limit
        self._as_json = as_json
        self._main, self._files = _places(files)

    def show(self, *, follow: bool) -> None:
        from notifyhub.logs.rotated import blocks

        if not follow:
            found = self._newest(self._search.through(blocks(self._files, self._since)))
            if not found:
                leave(Exit.NOT_FOUND, *self._nothing())
            return
        from notifyhub.logs.following import Tail

        rotated = [path for path in self._files if path != self._main]
        with Tail(self._main, self._since) as tail:
            self._newest(self._search.through(_chained(blocks(rotated, self._since), tail.grown())))
            while True:
                for one in self._search.through(tail.grown()):
                    self._print(one)
                time.sleep(LOOK_AGAIN_S)

    def _newest(self, found: Iterable[Found]) -> int:
        """Show the newest ones. Returns how many there are."""
        number = 0
        kept: deque[Found] = deque(maxlen=self._limit)
        for one in found:
            number += 1
            if self._limit:
                kept.append(one)
            else:
                self._print(one)
        # Each process writes what it gathered, so lines are in order only roughly.
        for one in sorted(kept, key=lambda one: str(one.record.get("at", one.record.get("timestamp", "")))):
            self._print(one)
        if self._limit and number > self._limit:
            say(f"{number - self._limit:,} older records are left out; --limit 0 shows all")
        if self._search.unreadable:
            say(f"{self._search.unreadable:,} lines are torn or not of this log, and were left out")
        return number

    def _print(self, one: Found) -> None:
        from notifyhub.logs.searching import in_words

        typer.echo(one.line if self._as_json else in_words(one.record))

    def _nothing(self) -> tuple[str, ...]:
        if not self._files:
            return (
                f"there is no {self._main}: does the service run in this folder, with the same NOTIFYHUB_LOG_FILE?",
            )
        looked = f"{self._main}" if len(self._files) == 1 else f"{self._main} and {len(self._files) - 1} more files"
        return (
            f"nothing found in {looked}; is the number right, and is it not older than the files? "
            "NOTIFYHUB_LOG_LEVEL must be info or debug for what went well",
        )


def _places(files: list[Path] | None) -> tuple[Path, list[Path]]:
    """The file that is written now, and all that are searched."""
    from notifyhub.logs.rotated import siblings
    from notifyhub.settings import load

    if files is not None:
        for path in files:
            path.stat()
        return files[-1], files
    main = load().effective_log_file
    if main is None:
        leave(Exit.BAD_INPUT, "NOTIFYHUB_LOG_FILE is none: there is no log file; give one with --file")
    return main, siblings(main)


def _chained(*many: Iterable[bytes]) -> Iterable[bytes]:
    for one in many:
        yield from one


def _message_id(text: str) -> str:
    from notifyhub.requests import as_message_id

    with told_in_one_line():
        return str(as_message_id(text))


def _level(text: str | None) -> str | None:
    from notifyhub.logs.searching import LEVELS

    if text is not None and text not in LEVELS:
        leave(Exit.BAD_INPUT, f"--level: there is no {text!r}; there are {', '.join(LEVELS)}")
    return text


def _moment(option: str, text: str | None, now: int) -> int | None:
    """A moment in epoch ms, from an age or a time."""
    from notifyhub.clock import to_ms
    from notifyhub.requests.fields import moment

    if text is None:
        return None
    if (length := age_ms(text)) is not None:
        return now - length
    try:
        return to_ms(moment(text))
    except ValueError as error:
        leave(Exit.BAD_INPUT, f"{option}: {error}; or an age such as 2h")
