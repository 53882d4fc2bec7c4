"""The log file of our own processes: the story, and the other lines that the program logs."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import Any

from notifyhub.logs import events, story
from notifyhub.logs.current import REQUEST_ID
from notifyhub.logs.files import Background, Stream, WatchedFile
from notifyhub.logs.masking import without_people

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "story", "taskName"}


def listen(
    level: str, process: str, file: Path | None, stderr: logging.StreamHandler[Any] | None, *, console: bool = False
) -> None:
    """Write what is told to `file`, and to `stderr` if that takes JSON; a console shows it at level debug.

    The root logger gets a handler that puts its records into the file too.
    """
    dropped = partial(_dropped_line, process)
    kept = None if file is None else Background(WatchedFile(file), dropped)
    shown = None if stderr is None else Background(Stream(stderr), dropped)
    sinks = tuple(sink for sink in (kept, shown) if sink is not None)
    story.listen(story.Own(process, story.LEVELS[level], sinks, to_logger=console and level == "debug"))
    if kept is not None:
        logging.getLogger().addHandler(_FileHandler(kept, process))


class _FileHandler(logging.Handler):
    """Puts ordinary log records into the log file, in the form of the story."""

    def __init__(self, sink: Background, process: str) -> None:
        super().__init__()
        self._sink = sink
        self._process = process

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == story.NAME:
            return  # it is there already
        try:
            self._sink.append(story.line(self._fields(record)), 1)
        except Exception:
            self.handleError(record)

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        fields = {
            "at": story.moment(record.created),
            "level": record.levelname.lower(),
            "event": getattr(record, "story", events.LOG),
            "process": self._process,
            "pid": os.getpid(),
            "request_id": REQUEST_ID.get(),
            **{name: value for name, value in vars(record).items() if name not in _USUAL},
            "logger": record.name,
            "text": without_people(record.getMessage()),
        }
        if record.exc_info:
            fields["exception"] = without_people(logging.Formatter().formatException(record.exc_info))
        return {name: value for name, value in fields.items() if value is not None}


def _dropped_line(process: str, number: int) -> bytes:
    head = {"at": story.moment(), "level": "warning", "event": "log.dropped", "process": process, "pid": os.getpid()}
    return story.line({**head, "lines": number})
