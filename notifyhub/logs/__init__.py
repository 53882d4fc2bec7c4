"""Logging: the standard library's loggers inside, one readable line or one JSON object outside.

`story` tells what happens to messages, mailings and clients; `events` has its vocabulary.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from notifyhub.logs.current import CONCERNED as CONCERNED
from notifyhub.logs.current import REQUEST_ID as REQUEST_ID

if TYPE_CHECKING:
    import structlog

LogFormat = Literal["console", "json"]


def logger(name: str) -> logging.Logger:
    """The logger of a module. Silent until the application, or `configure`, gives it a handler."""
    return logging.getLogger(name)


def _add_request_id(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    id_ = REQUEST_ID.get()
    return event if id_ is None else {**event, "request_id": id_}


def configure(level: str, log_format: LogFormat, file: Path | None = None, process: str = "serve") -> None:
    """Send all records to standard error, and those of the story to `file`. Only processes of our own call this.

    What is told of single deliveries is not for a console that somebody watches: it shows that at level debug only.
    """
    from notifyhub.logs import own

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("dramatiq", "apscheduler", "uvicorn", "peewee", "apprise"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    own.listen(level, process, file, handler if log_format == "json" else None, console=log_format == "console")


def keep(level: str, file: Path | None) -> None:
    """For a command: what it does to the store goes to `file`; warnings are shown as if nothing was configured."""
    from notifyhub.logs import own

    if file is not None:
        root = logging.getLogger()
        if logging.lastResort is not None and not root.handlers:
            root.addHandler(logging.lastResort)
        own.listen(level, "cli", file, None)


def _formatter(log_format: LogFormat) -> logging.Formatter:
    import structlog

    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _add_request_id,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
