"""send, status."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from notifyhub.errors import Fault, InvalidRequest
from notifyhub_cli.chains import ConfirmWithin, FirstOf, chain
from notifyhub_cli.commands.batch import send_batch
from notifyhub_cli.filling import Language, TemplateName, Variables, variables
from notifyhub_cli.output import AsJson, Exit, leave, told_in_one_line
from notifyhub_cli.tables import show_message
from notifyhub_cli.target import reading, sending

ENDED_BADLY = ("failed", "expired", "cancelled", "unconfirmed", "partly_sent")


def send(
    message: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="The message text; - reads it from standard input.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", "-t", help="CHANNEL=ADDRESS; may be given several times.")
    ] = None,
    template: TemplateName = None,
    var: Variables = None,
    language: Language = None,
    batch: Annotated[
        Path | None,
        typer.Option(help="Send messages from a file instead: one JSON object per line, as in REST; - is stdin."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="When to send: ISO 8601 with an offset [default: now].")] = None,
    expires_at: Annotated[
        str | None, typer.Option(help="Do not send after this time: ISO 8601 with an offset.")
    ] = None,
    first_of: FirstOf = None,
    confirm_within: ConfirmWithin = None,
    max_attempts: Annotated[
        int | None, typer.Option(help="Attempts per delivery [default: the channel's setting].")
    ] = None,
    priority: Annotated[str, typer.Option(help="urgent, normal or bulk.")] = "normal",
    deduplicate: Annotated[
        str, typer.Option(help="How long to reject duplicates: forever, off, or a number of seconds.")
    ] = "forever",
    on_unconfirmed: Annotated[
        str, typer.Option(help="If it is unclear whether a call succeeded: at_least_once or at_most_once.")
    ] = "at_least_once",
    option: Annotated[
        list[str] | None, typer.Option(help="CHANNEL.NAME=VALUE, VALUE as JSON or text; may be given several times.")
    ] = None,
    ignore_reachability: Annotated[
        bool, typer.Option("--ignore-reachability", help="Send even to those whom a messenger said it cannot reach.")
    ] = False,
    reference: Annotated[str | None, typer.Option(help="Your own reference for this message.")] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcome.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Send a message, now or at a given time.

    \b
    Examples:
      notifyhub send "Hello" --to telegram=1067000 --to viber=EGAZ3SZRi6zW1D0uNYhQHg==
      notifyhub send "<b>Hello</b>" --to telegram=1067000 --option telegram.parse_mode=HTML
      notifyhub send "Good morning" --to whatsapp=79161234567 --at 2026-12-01T10:00:00+03:00
      df -h | notifyhub send - --to telegram=1067000
      notifyhub send "Your code" --to viber=EGAZ3SZRi6zW1D0uNYhQHg== --to gateway=79161234567 --first-of viber,gateway
      notifyhub send --template code --var code=7194 --language ru --to telegram=1067000
      notifyhub send --batch messages.jsonl

    If a `serve` or `worker` is running, it delivers the message; otherwise this command does so before it exits.
    """
    if batch is not None:
        if message is not None or to or template:
            leave(Exit.BAD_INPUT, "--batch: cannot be combined with TEXT, --template or --to")
        send_batch(batch, as_json)
        return
    if message is None and template is None:
        leave(Exit.BAD_INPUT, "Missing argument 'TEXT' (see `notifyhub send --help`)")
    if not to:
        leave(Exit.BAD_INPUT, "Missing option '--to' (see `notifyhub send --help`)")
    if message == "-":
        message = from_standard_input()
    channels = chain(first_of, confirm_within)
    with told_in_one_line():
        asked: dict[str, Any] = {
            "to": recipients(to),
            "template": template,
            "variables": variables(var),
            "language": language,
            "at": at,
            "expires_at": expires_at,
            "channels": channels,
            "max_attempts": max_attempts,
            "priority": priority,
            "deduplicate": int(deduplicate) if deduplicate.isascii() and deduplicate.isdigit() else deduplicate,
            "on_unconfirmed": on_unconfirmed,
            "options": options(option or []),
            "ignore_reachability": ignore_reachability,
            "reference": reference,
        }
        with sending() as hub:
            sent = hub.send(message, **asked)
            if wait:
                sent = hub.wait(sent, wait)
    show_message(sent, as_json)
    if wait and sent.status in ENDED_BADLY:
        raise typer.Exit(Exit.FAILED)


def from_standard_input() -> str:
    """The text from standard input, without the final newline that most programs add."""
    try:
        return sys.stdin.buffer.read().decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        leave(Exit.BAD_INPUT, f"TEXT: standard input is not UTF-8: {error.reason} at byte {error.start}")


def status(id_: Annotated[str, typer.Argument(metavar="ID", help="Message id.")], as_json: AsJson = False) -> None:
    """Show a message and the status of each of its deliveries.

    \b
    Example:
      notifyhub status 01a1fd9d-2e91-70c5-aee9-108a46972697 --json
    """
    with told_in_one_line(), reading() as hub:
        show_message(hub.message(id_), as_json)


def recipients(given: list[str]) -> list[dict[str, str]]:
    """`channel=address` pairs as recipients: a repeated channel starts the next person.

    Raises InvalidRequest.
    """
    people: list[dict[str, str]] = [{}]
    faults = []
    for i, pair in enumerate(given):
        channel, equals, address = pair.partition("=")
        if not equals or not channel:
            faults.append(Fault(f"to[{i}]", "form", f"{pair!r} must be CHANNEL=ADDRESS, such as telegram=1067000"))
        elif channel in people[-1]:
            people.append({channel: address})
        else:
            people[-1][channel] = address
    if faults:
        raise InvalidRequest(faults)
    return people


def options(given: list[str]) -> dict[str, dict[str, Any]] | None:
    """`channel.name=value` as options; a value that is valid JSON is parsed, any other is text.

    Raises InvalidRequest.
    """
    asked: dict[str, dict[str, Any]] = {}
    faults = []
    for one in given:
        place, equals, value = one.partition("=")
        channel, dot, name = place.partition(".")
        if not (equals and dot and channel and name):
            faults.append(
                Fault("options", "form", f"{one!r} must be CHANNEL.NAME=VALUE, as in telegram.parse_mode=HTML")
            )
            continue
        asked.setdefault(channel, {})[name] = _value(value)
    if faults:
        raise InvalidRequest(faults)
    return asked or None


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def register(app: typer.Typer) -> None:
    app.command()(send)
    app.command()(status)
