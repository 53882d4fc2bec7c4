"""emulator faults: make calls to a running emulator go wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from notifyhub_cli.emulator_client import EmulatorClient
from notifyhub_cli.output import Exit, leave, show_json, told_in_one_line

Url = Annotated[
    str | None, typer.Option(help="URL of the emulator [default: NOTIFYHUB_EMULATOR_URL, else http://127.0.0.1:8090].")
]
Key = Annotated[str | None, typer.Option(help="The emulator's key [default: NOTIFYHUB_EMULATOR_KEY].")]

app = typer.Typer(
    invoke_without_command=True,
    help="""Manage the faults of a running emulator; without a command, show the active ones.

    \b
    Examples:
      notifyhub emulator faults
      notifyhub emulator faults add --channel telegram --to 42 --answer blocked
      notifyhub emulator faults add --answer '{"status": 429, "retry_after": 7}' --rate 0.1
      notifyhub emulator faults set faults.json
      notifyhub emulator faults clear
    """,
)


@app.callback()
def show(context: typer.Context, url: Url = None, key: Key = None) -> None:
    if context.invoked_subcommand is None:
        with told_in_one_line():
            show_json(EmulatorClient(url, key).call("GET", "/faults"))


@app.command()
def add(
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    to: Annotated[str | None, typer.Option(help="Only this recipient; a trailing * matches any ending.")] = None,
    answer: Annotated[str | None, typer.Option(help="A status, a word such as lost or blocked, or JSON.")] = None,
    latency_ms: Annotated[str | None, typer.Option(help="Milliseconds, MIN:MAX, or JSON.")] = None,
    rate: Annotated[float, typer.Option(help="Share of sends that it affects, from 0 to 1.", min=0, max=1)] = 1.0,
    count: Annotated[int | None, typer.Option(help="How many times it applies.", min=1)] = None,
    from_s: Annotated[float, typer.Option(help="Starts this many seconds after it was set.", min=0)] = 0.0,
    until_s: Annotated[float | None, typer.Option(help="Ends this many seconds after it was set.", min=0)] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Add a rule ahead of the others.

    \b
    Examples:
      notifyhub emulator faults add --channel telegram --to 42 --answer 503 --count 2
      notifyhub emulator faults add --latency-ms 50:200 --rate 0.5
    """
    rule = {
        "channel": channel,
        "address": to,
        "answer": None if answer is None else _json_or_word(answer),
        "latency_ms": None if latency_ms is None else _latency(latency_ms),
        "rate": rate,
        "count": count,
        "from_s": from_s,
        "until_s": until_s,
    }
    with told_in_one_line():
        EmulatorClient(url, key).call("POST", "/faults/rules", {name: v for name, v in rule.items() if v is not None})


@app.command("set")
def set_(
    file: Annotated[str, typer.Argument(help="JSON in the form of PUT /faults; - is standard input.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Replace all faults with those from a file.

    \b
    Example:
      notifyhub emulator faults set faults.json
    """
    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        faults = orjson.loads(body)
    except OSError as error:
        leave(Exit.BAD_INPUT, f"FILE: {file}: {error.strerror}")
    except orjson.JSONDecodeError as error:
        leave(Exit.BAD_INPUT, f"FILE: {file}: not JSON: {error}")
    with told_in_one_line():
        EmulatorClient(url, key).call("PUT", "/faults", faults)


@app.command()
def clear(url: Url = None, key: Key = None) -> None:
    """Remove all faults.

    \b
    Example:
      notifyhub emulator faults clear
    """
    with told_in_one_line():
        EmulatorClient(url, key).call("DELETE", "/faults")


def _json_or_word(text: str) -> Any:
    if not text.startswith(("{", '"')):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        leave(Exit.BAD_INPUT, f"--answer: not JSON: {error}")


def _latency(text: str) -> Any:
    low, colon, high = text.partition(":")
    if text.isdigit():
        return int(text)
    if colon and low.isdigit() and high.isdigit():
        return {"min": int(low), "max": int(high)}
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        leave(Exit.BAD_INPUT, "--latency-ms: must be milliseconds, MIN:MAX, or JSON")
