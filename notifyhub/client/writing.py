"""The caller's arguments as JSON and as query parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifyhub.errors import Fault, InvalidRequest


def document(asked: Mapping[str, Any]) -> bytes:
    """The members of a request as JSON text. Raises InvalidRequest for values that JSON does not have."""
    written, faults = [], []
    for name, value in asked.items():
        try:
            text = json.dumps(value, default=_written, allow_nan=False, ensure_ascii=False).encode()
            written.append(json.dumps(name).encode() + b":" + text)
        except (TypeError, ValueError, RecursionError) as error:
            faults.append(Fault(f"$.{name}", "type", f"cannot be written as JSON: {error}"))
    if faults:
        raise InvalidRequest(faults)
    return b"{" + b",".join(written) + b"}"


def query(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Query parameters, without those that are None; several values repeat the parameter."""
    return {name: _parameter(value) for name, value in parameters.items() if value is not None}


def _parameter(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_parameter(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a type that JSON has")
