"""Traces of messages, from the request that brought one to each call to a messenger; off costs one look at a variable.

The W3C trace context (https://www.w3.org/TR/trace-context/) of a message is stored with its options, so that it gets
from the process that accepts to the one that sends. Spans name messages and deliveries by number; none holds an
address, a text, or what a messenger said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from notifyhub.errors import SettingsError

if TYPE_CHECKING:
    from notifyhub.tracing.spans import Spans

CARRIED = "#traceparent"
"""The member of a stored message's options; no channel is called so."""
STANDARD_PATH = "/v1/traces"

_spans: Spans | None = None


def begin(url: str, ratio: float) -> None:
    """From now on spans of this process are sent to `url`, of this share of the traces that begin here.

    Raises SettingsError if OpenTelemetry is not installed.
    """
    global _spans
    if _spans is not None and _spans.place == (url, ratio):
        return
    try:
        from notifyhub.tracing.spans import Spans
    except ImportError:
        raise SettingsError("NOTIFYHUB_TRACES_URL needs `pip install notifyhub[otel]`") from None
    end()
    _spans = Spans(url, ratio, url if urlsplit(url).path.strip("/") else url.rstrip("/") + STANDARD_PATH)


def current() -> Spans | None:
    """None: nothing is traced."""
    return _spans


def flush() -> None:
    """Send what has ended so far; waits a few seconds at most."""
    if _spans is not None:
        _spans.flush()


def end() -> None:
    """Send what is left, and trace no more."""
    global _spans
    if _spans is not None:
        _spans.end()
    _spans = None


def handed_over(options: Mapping[str, Any], message_id: UUID) -> Mapping[str, Any]:
    """The options of a message that is about to be stored, with its trace if it has one."""
    if _spans is None:
        return options
    parent = _spans.accepted(message_id)
    return options if parent is None else {**options, CARRIED: parent}


def parent_in(options: str | None) -> str | None:
    """The trace in a stored message's options."""
    if options is None or CARRIED not in options:
        return None
    found = orjson.loads(options).get(CARRIED)
    return found if isinstance(found, str) else None


def carried_on(options: str | None, whole: str | None) -> str | None:
    """The options of a delivery that has its own, with the trace of its whole message."""
    parent = parent_in(whole)
    if parent is None:
        return options
    return orjson.dumps({**(orjson.loads(options) if options else {}), CARRIED: parent}).decode()


def without(options: str | None) -> dict[str, Any] | None:
    """Stored options as they were given; None: there were none."""
    if options is None:
        return None
    found: dict[str, Any] = orjson.loads(options)
    found.pop(CARRIED, None)
    return found or None
