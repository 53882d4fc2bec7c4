"""A Python call as the members of a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from notifyhub.domain.durations import as_text
from notifyhub.errors import Fault, InvalidRequest

Channels = Sequence[str] | Mapping[str, Any]
"""Each of these channels, or a chain: `{"first_of": ["viber", "gateway"], "confirm_within": timedelta(minutes=10)}`."""

To = Mapping[str, str | int] | Sequence[Mapping[str, str | int]]


def members_of_call(
    text: str | None,
    to: To,
    *,
    template: str | None = None,
    variables: Mapping[str, Any] | None = None,
    language: str | None = None,
    at: datetime | str | None = None,
    expires_at: datetime | str | None = None,
    channels: Channels | None = None,
    max_attempts: int | None = None,
    priority: Literal["urgent", "normal", "bulk"] = "normal",
    deduplicate: Literal["forever", "off"] | int = "forever",
    on_unconfirmed: Literal["at_least_once", "at_most_once"] = "at_least_once",
    options: Mapping[str, Any] | None = None,
    ignore_reachability: bool = False,
    reference: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of the request for a call of `Hub.send` with these arguments. Checks nothing."""
    words: dict[str, Any] = {"text": text, "template": template, "variables": variables, "language": language}
    return {
        **{name: value for name, value in words.items() if value is not None},
        "recipients": people(to),
        "channels": as_asked(channels),
        "send_at": at,
        "expires_at": expires_at,
        "max_attempts": max_attempts,
        "priority": priority,
        "deduplicate": deduplicate,
        "on_unconfirmed": on_unconfirmed,
        "options": dict(options) if isinstance(options, Mapping) else options,
        "ignore_reachability": ignore_reachability,
        "reference": reference,
        "metadata": dict(metadata) if isinstance(metadata, Mapping) else {} if metadata is None else metadata,
    }


def as_asked(channels: Any) -> Any:
    """Channels, or a chain of them, as in a request; an invalid value is left to the request's own check."""
    if isinstance(channels, tuple | set | frozenset):
        return list(channels)
    if not isinstance(channels, Mapping):
        return channels
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in channels.items()}
    if isinstance(length := given.get("confirm_within"), timedelta):
        given["confirm_within"] = as_text(length // timedelta(milliseconds=1))
    return given


def people(to: Any) -> Any:
    """`to` as the list in a request; an invalid value is left to the request's own check."""
    if isinstance(to, Mapping):
        return [dict(to)]
    if isinstance(to, str | bytes) or not isinstance(to, Iterable):
        return to
    return [dict(person) if isinstance(person, Mapping) else person for person in to]


# Members of requests whose arguments have another name in Python.
_ARGUMENTS = MappingProxyType({"recipients": "to", "send_at": "at", "as": "as_"})


@contextmanager
def as_arguments(to: Any = None) -> Iterator[None]:
    """Make faults name the arguments of the Python call, `to[0].telegram`, instead of the members of the request.

    to  the argument `to`, if given: a single person has no index
    """
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest([_in_python(fault, to) for fault in error.faults]) from error.__cause__


def _in_python(fault: Fault, to: Any) -> Fault:
    path = fault.path.removeprefix("$").removeprefix(".").removeprefix("filter.")
    end = next((i for i, letter in enumerate(path) if letter in ".["), len(path))
    name, rest = _ARGUMENTS.get(path[:end], path[:end]), path[end:]
    if name == "to":
        if isinstance(to, Mapping):
            rest = rest.removeprefix("[0]")
        if fault.code == "type" and not rest:
            return Fault(
                name, fault.code, 'must be a mapping such as {"telegram": "1067000"}, or a list of such mappings'
            )
    return replace(fault, path=name + rest, message=fault.message.replace("send_at", "at"))
