"""Logging: the standard library's loggers inside, one readable line or one JSON object outside."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import structlog

LogFormat = Literal["console", "json"]

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request, in every line logged meanwhile."""


def logger(name: str) -> logging.Logger:
    """The logger of a module. Silent until the application, or `configure`, gives it a handler."""
    return logging.getLogger(name)


def _add_request_id(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    id_ = REQUEST_ID.get()
    return event if id_ is None else {**event, "request_id": id_}


def configure(level: str, log_format: LogFormat) -> None:
    """Send all records to standard error. Only processes of our own call this, never the library."""
    import structlog

    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
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
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("dramatiq", "apscheduler", "uvicorn", "peewee", "apprise"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
