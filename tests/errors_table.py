"""The tables of docs/emulator.md: each error of each messenger, how to provoke it, and what notifyhub does about it.

`python -m tests.errors_table` rewrites them. Every row is a real answer of the emulator, judged by the real provider.
E-mail has a table of its own: where an answer is given matters there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.emulator.app import Emulator
from notifyhub.emulator.email import answers as smtp
from notifyhub.emulator.endpoint import INSTEAD
from notifyhub.emulator.faults import magic
from notifyhub.emulator.faults.answers import WORDS
from notifyhub.emulator.faults.names import CHANNELS, OUTCOMES
from notifyhub.emulator.shared.wire import Answer, Call, Refusal
from notifyhub.emulator.viber.errors import STATUSES
from notifyhub.emulator.whatsapp.errors import CODES
from notifyhub.providers.http import HttpResponse
from tests.providers.provider_cases import CASES, TOKEN

DOCUMENT = Path(__file__).parents[1] / "docs" / "emulator.md"
ON_HTTP = tuple(channel for channel in CHANNELS if channel != "email")
STATUS_WORDS = (400, 401, 403, 404, 429, 500, 502, 503, 504)
RETRY_AFTER_S = 7
OWN_CODES: dict[str, Sequence[int]] = {"viber": sorted(STATUSES), "whatsapp": sorted(CODES)}
TITLES = {"telegram": "Telegram", "viber": "Viber", "whatsapp": "WhatsApp", "gateway": "Gateway"}
# How to provoke an error by a bad request → the request.
BAD_REQUESTS: dict[str, dict[str, dict[str, Any]]] = {
    "telegram": {
        "an empty text": {"chat_id": 42, "text": ""},
        "a text over 4,096 characters": {"chat_id": 42, "text": "x" * 4097},
        "a text over 32,768 bytes": {"chat_id": 42, "text": "x" * 40_000},
        "an unknown `parse_mode`": {"chat_id": 42, "text": "x", "parse_mode": "BBCode"},
        "broken markup": {"chat_id": 42, "text": "*x", "parse_mode": "MarkdownV2"},
        "no `chat_id`": {"text": "x"},
        "an impossible `chat_id`": {"chat_id": "nobody", "text": "x"},
    }
}
NO_ANSWER = "`unconfirmed`, as it may have arrived: sent again or held, as `on_unconfirmed` says"


class Row(NamedTuple):
    """`error` as it is on the wire."""

    error: str
    provoke: str
    then: str


def rows(channel: str, emulator: Emulator) -> Iterator[Row]:
    """The rows of a messenger: bad requests, outcomes, its own codes, statuses."""
    messenger = emulator.endpoints[channel].messenger
    path = next(case.path for case in CASES if case.name == channel).removeprefix("/")
    for how, fields in BAD_REQUESTS.get(channel, {}).items():
        headers = [(b"content-type", b"application/json")]
        call = Call("POST", path.replace("{token}", TOKEN), "", headers, orjson.dumps(fields))
        yield _row(channel, messenger.answer(call, messenger.read(call)), how)
    told = set()
    for name in sorted(OUTCOMES[channel], key=lambda name: _story(name).number):
        answer = messenger.refuse(Refusal(outcome=name))
        told.add(answer.code)
        yield _row(channel, answer, f'`"{name}"`, recipient `{_magic(channel, name)}`')
    for code in OWN_CODES.get(channel, ()):
        if code not in told:
            yield _row(channel, messenger.refuse(Refusal(code=code)), f'`{{"code": {code}}}`')
    for status in STATUS_WORDS:
        if status == 429:
            answer = messenger.refuse(Refusal(status=429, retry_after=RETRY_AFTER_S))
            yield _row(channel, answer, f'`{{"status": 429, "retry_after": {RETRY_AFTER_S}}}`')
        else:
            yield _row(channel, messenger.refuse(Refusal(status=status)), f'`"{status}"`')


def lost_rows() -> Iterator[Row]:
    """Faults of a connection, the same on every channel."""
    for word, does in WORDS.items():
        instead = INSTEAD.get(word)
        if word == "drip":
            then = "waits for the complete answer, up to the channel's `timeout_s`; after that as if there were none"
        elif instead is not None and instead.status is not None:
            (then,) = {_then(judged(channel, instead)) for channel in ON_HTTP}
        else:
            then = NO_ANSWER
        yield Row(does, f'`"{word}"`, magic recipient {_story(word).number}', then)


def judged(channel: str, answer: Answer) -> Outcome:
    """What notifyhub's provider makes of an answer of the emulator."""
    assert answer.status is not None
    case = next(case for case in CASES if case.name == channel)
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    headers["content-type"] = answer.content_type.decode()
    return case.build(None, "http://emulator").classify(HttpResponse(answer.status, headers, answer.body))


def table() -> str:
    """The tables of all errors, as Markdown."""
    emulator = Emulator()
    parts = [_section("Connections, on every channel", lost_rows())]
    parts += [_section(TITLES[channel], rows(channel, emulator)) for channel in ON_HTTP]
    parts.append(_mail_section())
    emulator.journal.close()
    return "\n\n".join(parts)


def magic_table() -> str:
    """The magic recipients, one line for each story."""
    lines = ["| story | Telegram | WhatsApp, gateway | Viber | e-mail |", "| --- | --- | --- | --- | --- |"]
    for story in dict.fromkeys(story for _, _, story in magic.recipients()):
        on = {channel: address for channel, address, told in magic.recipients() if told == story}
        phones = [f"`{on[channel]}`" for channel in ("whatsapp", "gateway") if channel in on][:1]
        if phones and "gateway" not in on:
            phones[0] += " (WhatsApp)"
        elif phones and "whatsapp" not in on:
            phones[0] += " (gateway)"
        own = [f"`{on[channel]}`" if channel in on else "" for channel in ("telegram", "viber", "email")]
        lines.append(f"| {story.does} | {own[0]} | {''.join(phones)} | {own[1]} | {own[2]} |")
    return "\n".join(lines)


def _mail_section() -> str:
    """What a mail server answers, to which command, and how to provoke it."""
    lines = ["### E-mail", "", "| error | how to provoke it | answers |", "| --- | --- | --- |"]
    for name in sorted(smtp.OUTCOMES, key=lambda name: _story(name).number):
        provoke = f'`"{name}"`, recipient `{_magic("email", name)}`'
        lines.append(_mail_row(smtp.OUTCOMES[name], provoke))
    lines += [_mail_row(reply, f'`"{code}"`') for code, reply in smtp.CODES.items()]
    for status in STATUS_WORDS:
        lines.append(_mail_row(smtp.STATUSES[status], f'`"{status}"`, as on the other channels'))
    return "\n".join(lines)


def _mail_row(reply: smtp.Reply, provoke: str) -> str:
    error = f"`{reply.line}`" if reply.code else reply.text
    closed = ", and the connection is closed" if reply.code == smtp.CLOSING else ""
    return f"| {error} | {provoke} | {reply.place.value}{closed} |"


def _section(title: str, found: Iterator[Row]) -> str:
    head = [f"### {title}", "", "| error | how to provoke it | what notifyhub does |", "| --- | --- | --- |"]
    return "\n".join([*head, *(f"| {row.error} | {row.provoke} | {row.then} |" for row in dict.fromkeys(found))])


def _row(channel: str, answer: Answer, provoke: str) -> Row:
    return Row(_error(channel, answer), provoke, _then(judged(channel, answer)))


def _error(channel: str, answer: Answer) -> str:
    if not answer.content_type.startswith(b"application/json"):
        return f"{answer.status}, HTML"
    body = orjson.loads(answer.body)
    if channel == "viber":
        return f"status {body['status']}, `{body['status_message']}`"
    if channel == "whatsapp":
        return f"{answer.status}, `{body['error']['message']}`"
    return f"{answer.status}, `{body.get('description') or body.get('message')}`"


def _then(outcome: Outcome) -> str:
    match outcome:
        case PermanentFailure():
            return f"fails at once: `{outcome.reason}`"
        case TemporaryFailure(retry_after_s=None):
            return f"retries with growing pauses: `{outcome.reason}`"
        case TemporaryFailure():
            return f"waits {outcome.retry_after_s:g} s, which costs no attempt, then retries: `{outcome.reason}`"
        case Misconfigured():
            return f"costs no attempt; the channel rests until this is put right: {outcome.mend}"
        case Sent():
            return "sent"
        case Unconfirmed():
            return NO_ANSWER


def _story(name: str) -> magic.Story:
    return next(story for _, _, story in magic.recipients() if story.name == name)


def _magic(channel: str, name: str) -> str:
    return _story(name).address(channel)


def written(document: str) -> str:
    """The document with its tables rewritten."""
    for name, made in (("magic", magic_table()), ("errors", table())):
        begin, end = f"<!-- {name}: python -m tests.errors_table -->\n", f"\n<!-- /{name} -->"
        head, _, rest = document.partition(begin)
        document = head + begin + made + end + rest.partition(end)[2]
    return document


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
