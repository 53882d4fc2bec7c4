"""A Python call as the members of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

To = Mapping[str, str | int] | Sequence[Mapping[str, str | int]]


def members_of_call(
    text: str,
    to: To,
    *,
    at: datetime | str | None = None,
    expires_at: datetime | str | None = None,
    channels: Sequence[str] | None = None,
    max_attempts: int | None = None,
    priority: Literal["urgent", "normal", "bulk"] = "normal",
    deduplicate: Literal["forever", "off"] | int = "forever",
    on_unconfirmed: Literal["at_least_once", "at_most_once"] = "at_least_once",
    options: Mapping[str, Any] | None = None,
    reference: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of the request that `Hub.send` with these arguments means. Checks nothing."""
    return {
        "text": text,
        "recipients": _people(to),
        "channels": list(channels) if isinstance(channels, tuple | set | frozenset) else channels,
        "send_at": at,
        "expires_at": expires_at,
        "max_attempts": max_attempts,
        "priority": priority,
        "deduplicate": deduplicate,
        "on_unconfirmed": on_unconfirmed,
        "options": dict(options) if isinstance(options, Mapping) else options,
        "reference": reference,
        "metadata": dict(metadata) if isinstance(metadata, Mapping) else {} if metadata is None else metadata,
    }


def _people(to: Any) -> Any:
    """`to` as the list that a request holds; what cannot be one is left for the request's own check."""
    if isinstance(to, Mapping):
        return [dict(to)]
    if isinstance(to, str | bytes) or not isinstance(to, Iterable):
        return to
    return [dict(person) if isinstance(person, Mapping) else person for person in to]
