"""send --batch: many messages from a file of JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from notifyhub import Fault, InvalidRequest
from notifyhub_cli.output import Exit, say, show_json, told_in_one_line
from notifyhub_cli.target import sending

if TYPE_CHECKING:
    from notifyhub import Message

AT_ONCE = 1_000


def send_batch(path: Path, as_json: bool) -> None:
    """Send the messages in the file, a thousand per commit, and report the result of each."""
    with told_in_one_line():
        lines = (sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()).splitlines()
        asked = [(i, _parsed(line, i)) for i, line in enumerate(lines, 1) if line.strip()]
        with sending() as hub:
            done = [
                (i, outcome)
                for first in range(0, len(asked), AT_ONCE)
                for (i, _), outcome in zip(
                    asked[first : first + AT_ONCE],
                    hub.send_many(message for _, message in asked[first : first + AT_ONCE]),
                    strict=True,
                )
            ]
    if as_json:
        show_json([_as_json(outcome) for _, outcome in done])
    else:
        sent = [outcome for _, outcome in done if not isinstance(outcome, InvalidRequest)]
        accepted, duplicates = sum(m.accepted for m in sent), sum(m.duplicates for m in sent)
        typer.echo(f"{len(sent)} messages: accepted {accepted}, duplicates {duplicates}")
        for i, outcome in done:
            for fault in outcome.faults if isinstance(outcome, InvalidRequest) else ():
                say(f"line {i}: {_path(fault)}: {fault.message}")
    if any(isinstance(outcome, InvalidRequest) for _, outcome in done):
        raise typer.Exit(Exit.BAD_INPUT)


def _parsed(line: bytes, number: int) -> Any:
    import orjson

    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest([Fault("$.batch", "broken_json", f"line {number} is not JSON: {error}")]) from None


def _path(fault: Fault) -> str:
    """The path in the line itself, which holds one message."""
    return "$" + fault.path.partition("]")[2]


def _as_json(outcome: Message | InvalidRequest) -> dict[str, Any]:
    if not isinstance(outcome, InvalidRequest):
        return {"message": outcome.model_dump(mode="json", exclude_none=True)}
    errors = [{"path": _path(fault), "code": fault.code, "message": fault.message} for fault in outcome.faults]
    return {"errors": errors}
