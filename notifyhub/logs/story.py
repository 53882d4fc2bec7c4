"""Tells what happened: records of `events`, as bytes to the log of our own process, or to the logging of a user.

Nothing is made if nobody listens. No caller ever waits for a disk.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from notifyhub.logs.current import CONCERNED, REQUEST_ID
from notifyhub.logs.files import Background

NAME = "notifyhub.story"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

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


def tell(event: str, level: str = "info", **fields: Any) -> None:
    """Tell of one thing. Fields that are None are left out."""
    tell_all(event, (fields,), level)


def tell_all(event: str, records: Iterable[Mapping[str, Any]], level: str = "info") -> None:
    """Tell of several things of one kind. A record may have a `level` of its own."""
    heard = is_heard(level)
    given = [
        {name: value for name, value in record.items() if value is not None}
        for record in records
        if (is_heard(record["level"]) if "level" in record else heard)
    ]
    if _own is None or _own.to_logger:
        for one in given:
            _log.log(LEVELS[one.get("level", level)], event, extra={"story": event, **_extra(one)})
    if _own is not None and _own.sinks and given:
        head = {"at": moment(), "level": level, "event": event, "process": _own.process, "pid": os.getpid()}
        lines = b"".join([line({**head, **one}) for one in given])
        for sink in _own.sinks:
            sink.append(lines)


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
    return orjson.dumps(record, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)


def moment(at_s: float | None = None) -> str:
    """A moment in seconds since 1970, or now, as records have it."""
    at = datetime.now(UTC) if at_s is None else datetime.fromtimestamp(at_s, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(at_ms: int | None) -> str | None:
    """Epoch ms as records have it."""
    return None if at_ms is None else moment(at_ms / 1000)


def _extra(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "level"}
