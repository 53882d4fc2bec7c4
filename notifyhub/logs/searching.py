"""Finds the records of a story in a log. Almost all lines are passed over without being parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from notifyhub.logs import events
from notifyhub.logs.rotated import moment_in

LEVELS = ("debug", "info", "warning", "error", "critical")
IDS = ("mailing_id", "message_id", "delivery_id", "client_id", "request_id")
PLURAL = {"message_id": "message_ids", "delivery_id": "delivery_ids"}
_TEXTS = ("level", "event", "request_id")
_LISTS = ("channels", *PLURAL.values())
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FOLLOWED = {"request_id": "message_id"}
"""Whoever asks for a request wants to know what became of what it made."""
ENDED = "request.answered"
_OF_A_REQUEST = (ENDED, "clients.imported")
MOST_ASKING = 100
"""Requests whose end is looked for at the same time: those that never ended must not slow the search down."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None: anything. A record fits if all of it fits.

    ids           numbers or names by their fields; of several, a record needs one
    event         the name of an event, or its beginning up to a dot
    since, until  epoch ms
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    event: str | None = None
    level: str | None = None
    since: int | None = None
    until: int | None = None


class Found(NamedTuple):
    """A record, and its line without the end."""

    record: dict[str, Any]
    line: bytes


class Search:
    """Looks through blocks of whole lines, in the order of time.

    unreadable  how many lines were torn or foreign, of those that looked as if they belonged to the story
    """

    def __init__(self, wanted: Wanted) -> None:
        self.unreadable = 0
        self._wanted = wanted
        self._ids: dict[str, set[str]] = {name: {value} for name, value in wanted.ids.items()}
        self._asking: dict[str, set[str]] = {}
        self._pattern = self._compiled()

    def through(self, blocks: Iterable[bytes]) -> Iterator[Found]:
        """The records that belong to it."""
        for block in blocks:
            place = 0
            while (line := self._next(block, place)) is not None:
                begin, place = line
                if (found := self._read(block[begin:place].rstrip(b"\n"))) is not None:
                    yield found

    def _next(self, block: bytes, place: int) -> tuple[int, int] | None:
        """Where the next line that may belong to it begins and ends."""
        found = self._pattern.search(block, place)
        if found is None:
            return None
        end = block.find(b"\n", found.start())
        return block.rfind(b"\n", place, found.start()) + 1 or place, len(block) if end < 0 else end + 1

    def _read(self, line: bytes) -> Found | None:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            self.unreadable += bool(line.strip())
            return None
        if not isinstance(record, dict) or not _is_of_a_log(record):
            self.unreadable += 1
            return None
        return Found(record, line) if self._fits(record, line) else None

    def _fits(self, record: Mapping[str, Any], line: bytes) -> bool:
        if self._ids and not (self._names(record) or self._asked(record)):
            return False
        self._learn(record)
        wanted = self._wanted
        if wanted.channel is not None and wanted.channel not in (record.get("channel"), *record.get("channels", ())):
            return False
        if wanted.event is not None and not f"{record.get('event')}.".startswith(f"{wanted.event}."):
            return False
        if wanted.level is not None and _rank(record.get("level")) < _rank(wanted.level):
            return False
        if wanted.since is None and wanted.until is None:
            return True
        at = moment_in(line)
        return at is not None and (wanted.since or 0) <= at and (wanted.until is None or at < wanted.until)

    def _names(self, record: Mapping[str, Any]) -> bool:
        for name, values in self._ids.items():
            if name in record and str(record[name]) in values:
                return True
            plural = PLURAL.get(name)
            if plural is not None and any(str(one) in values for one in record.get(plural, ())):
                return True
        return False

    def _asked(self, record: Mapping[str, Any]) -> bool:
        """Is it the end of a request that did something of this story? Callers may use a name again: the first one."""
        asking = self._asking.get(record.get("request_id", ""))
        if not asking or record.get("event") not in asking:
            return False
        asking.discard(str(record["event"]))
        if record["event"] == ENDED:
            del self._asking[record["request_id"]]
        return True

    def _learn(self, record: Mapping[str, Any]) -> None:
        """What else belongs to it, from a record that does."""
        if not self._ids:
            return
        before = len(self._asking) + sum(map(len, self._ids.values()))
        request = None if "request_id" in self._ids else record.get("request_id")
        if request is not None and record.get("event") not in _OF_A_REQUEST and len(self._asking) < MOST_ASKING:
            self._asking.setdefault(request, set(_OF_A_REQUEST))
        for known, more in _FOLLOWED.items():
            if known in self._wanted.ids:
                made = [record.get(more), *record.get(PLURAL[more], ())]
                self._ids.setdefault(more, set()).update(str(one) for one in made if one is not None)
        if len(self._asking) + sum(map(len, self._ids.values())) != before:
            self._pattern = self._compiled()

    def _compiled(self) -> re.Pattern[bytes]:
        """Is in every line that may belong to it."""
        ids = {name: values for name, values in self._ids.items() if values}
        if not self._wanted.ids:
            event = self._wanted.event
            return re.compile(rb"[^\n]" if event is None else rb'"event": ?"' + re.escape(event.encode()))
        parts = [_needle(name, value) for name, values in ids.items() for value in values]
        parts += [rb'"request_id": ?"' + re.escape(request.encode()) + b'"' for request in self._asking]
        return re.compile(b"|".join(parts))


def _needle(name: str, value: str) -> bytes:
    text = re.escape(value.encode())
    one = b'"' + name.encode() + rb'": ?"?' + text + rb"(?![\w.-])"
    if name not in PLURAL:
        return one
    several = b'"' + PLURAL[name].encode() + rb'": ?\[[^\]]*(?<![\w.-])' + text + rb"(?![\w.-])"
    return one + b"|" + several


def _is_of_a_log(record: Mapping[str, Any]) -> bool:
    """Whether what is read of every record is of the kind that it should be."""
    texts = all(isinstance(record.get(name, ""), str) for name in _TEXTS)
    return texts and all(isinstance(record.get(name, []), list) for name in _LISTS)


def _rank(level: object) -> int:
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")


def in_words(record: Mapping[str, Any]) -> str:
    """A record as one readable line."""
    facts = dict(record)
    at, level = facts.pop("at", None) or facts.pop("timestamp", ""), facts.pop("level", "info")
    event, text = facts.pop("event", events.LOG), facts.pop("text", "")
    exception = facts.pop("exception", "")
    for name in ("process", "pid"):
        facts.pop(name, None)
    shown = " ".join(f"{name}={_fact(value)}" for name, value in facts.items())
    when = str(at)[:23].replace("T", " ").removesuffix("Z") + "Z"
    line = f"{when:24} {level:7} {event:18} {shown}{f'  {text}' if text else ''}".rstrip()
    whole = f"{line}\n{exception}" if exception else line
    # What a messenger said must not steer the terminal.
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", whole)


def _fact(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    text = str(value)
    return f'"{text}"' if " " in text else text
