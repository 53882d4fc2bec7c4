"""Logging: the standard library's loggers inside, one readable line or one JSON object outside."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

LogFormat = Literal["console", "json"]


def logger(name: str) -> logging.Logger:
    """The logger of a module. Silent until the application, or `configure`, gives it a handler."""
    return logging.getLogger(name)


def configure(level: str, log_format: LogFormat) -> None:
    """Send all records to standard error. Only processes of our own call this, never the library."""
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
    for noisy in ("dramatiq", "apscheduler", "uvicorn", "peewee"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
