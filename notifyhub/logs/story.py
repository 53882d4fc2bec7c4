"""Tells what happened: records of `events`, as bytes to the log of our own process, or to the logging of a user.

Nothing is made if nobody listens. No caller ever waits for a disk.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from time import time
from typing import Any

import orjson

from notifyhub.logs.current import CONCERNED, REQUEST_ID
from notifyhub.logs.files import Background

NAME = "notifyhub.story"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_CLOSING = ord("}")
_log = logging.getLogger(NAME)


@dataclass(frozen=True, slots=True)
class Own:
    """What our own processes do with what is told.

    process    the kind of this process
    level      lowest level that is told
    sinks      take the lines
    to_logger  the console shows it too
    """

    process: str
    level: int
    sinks: tuple[Background, ...]
    to_logger: bool = False


_own: Own | None = None


def listen(own: Own | None) -> None:
    """From now on this is done with what is told; None: it goes to the logger `notifyhub.story`."""
    global _own
    _own = own


def flush() -> None:
    """Write what was told so far."""
    for sink in _own.sinks if _own is not None else ():
        sink.flush()


def is_heard(level: str = "info") -> bool:
    """Does anybody listen? If not, a caller need not gather what it would tell."""
    if _own is not None:
        return LEVELS[level] >= _own.level and bool(_own.sinks or _own.to_logger)
    return _log.isEnabledFor(LEVELS[level]) and _log.hasHandlers()


Records = Iterable[Mapping[str, Any]]


def tell(event: str, level: str = "info", **fields: Any) -> None:
    """Tell of one thing. Fields that are None are left out."""
    tell_all(event, (fields,), level)


def tell_all(event: str, records: Records, level: str = "info", number: int | None = None) -> None:
    """Tell of several things of one kind. A record may have a `level` of its own.

    With their `number` given, they are made later, on the thread that writes them.
    """
    if not is_heard(level):
        if not is_heard("error"):
            return
        records = [one for one in records if "level" in one and is_heard(one["level"])]
    if _own is None or _own.to_logger:
        records = list(records)
        for one in records:
            _log.log(LEVELS[one.get("level", level)], event, extra={"story": event, **_extra(one)})
    if _own is not None and _own.sinks:
        if number is None or len(_own.sinks) > 1:
            records = list(records)
            number = len(records)
        if number:
            made = partial(_lines, _own.process, event, level, time(), records)
            for sink in _own.sinks:
                sink.append(made, number)


def _lines(process: str, event: str, level: str, at_s: float, records: Records) -> bytes:
    # The beginning is the same for all of them: putting it before each is quicker than merging it into each.
    head = {"at": moment(at_s), "level": level, "event": event, "process": process, "pid": os.getpid()}
    begin = orjson.dumps(head)[:-1] + b","
    made: list[bytes] = []
    for one in records:
        if "level" in one:
            made.append(line({**head, **_given(one)}))
        elif rest := orjson.dumps(_given(one), default=str, option=orjson.OPT_APPEND_NEWLINE)[1:]:
            made.append((begin if rest[0] != _CLOSING else begin[:-1]) + rest)
    return b"".join(made)


def _given(record: Mapping[str, Any]) -> Mapping[str, Any]:
    if None not in record.values():
        return record
    return {name: value for name, value in record.items() if value is not None}


def concern(**ids: Any) -> None:
    """The request that is being answered is about these."""
    if (concerned := CONCERNED.get()) is not None:
        concerned.update(ids)


def asked() -> dict[str, Any]:
    """The request in whose course something happens, as fields."""
    id_ = REQUEST_ID.get()
    return {} if id_ is None else {"request_id": id_}


def line(record: Mapping[str, Any]) -> bytes:
    """A record as a line."""
    return orjson.dumps(record, default=str, option=orjson.OPT_APPEND_NEWLINE)


def moment(at_s: float | None = None) -> str:
    """A moment in seconds since 1970, or now, as records have it."""
    whole, part = divmod(int((time() if at_s is None else at_s) * 1000), 1000)
    return f"{_second(whole)}.{part:03}Z"


@lru_cache(maxsize=1024)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]


def moment_of(at_ms: int | None) -> str | None:
    """Epoch ms as records have it."""
    return None if at_ms is None else moment(at_ms / 1000)


def _extra(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "level" and value is not None}
