"""Tells of requests that were answered: which operation, by which key, about what. Never what was in them."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any
from uuid import UUID

from starlette.types import Scope

from notifyhub.logs import story
from notifyhub.logs.current import CONCERNED, REQUEST_ID
from notifyhub_api.paths import template_of
from notifyhub_api.web import CALLER

ID_OF = {
    "messages": "message_id",
    "deliveries": "delivery_id",
    "mailings": "mailing_id",
    "clients": "client_id",
    "keys": "key_id",
    "erasures": "erasure_id",
    "webhooks": "webhook_id",
}
"""What the `{id}` after this part of a path is."""


class Request:
    """One that is being answered."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._began_at = perf_counter()
        self._status = 500
        self._concerned: dict[str, Any] = {}
        CONCERNED.set(self._concerned)

    def answered(self, status: int) -> None:
        """The answer has begun."""
        self._status = status

    def tell(self) -> None:
        """The answer has ended. What belongs to no operation, such as pages, is not told of."""
        path, key_id = template_of(self._scope), self._scope.get(CALLER)
        # Probes ask for the state of the service every few seconds.
        level = "error" if self._status >= 500 else "info" if key_id is not None or self._status >= 400 else "debug"
        if path is not None and story.is_heard(level):
            took_ms = (perf_counter() - self._began_at) * 1000
            story.tell_all("request.answered", self._records(path, key_id, took_ms, REQUEST_ID.get()), level, number=1)

    def _records(self, path: str, key_id: int | None, took_ms: float, id_: str | None) -> Iterator[dict[str, Any]]:
        fields = {
            "request_id": id_,
            "method": self._scope["method"],
            "path": path,
            "http_status": self._status,
            "duration_ms": round(took_ms, 1),
        }
        if key_id:
            fields["key_id"] = key_id
        if "{id}" in path:
            fields |= _named(path, self._scope.get("path_params", {}))
        fields |= self._concerned
        yield fields


class _Unheard(Request):
    def __init__(self) -> None:
        pass

    def answered(self, status: int) -> None:
        pass

    def tell(self) -> None:
        pass


UNHEARD = _Unheard()


def begin(scope: Scope) -> Request:
    """A request is about to be answered."""
    return Request(scope) if story.is_heard("error") else UNHEARD


def _named(path: str, given: dict[str, Any]) -> dict[str, Any]:
    """The id in a path, if it is one."""
    id_, parts = given.get("id"), path.split("/")
    if not isinstance(id_, str) or "{id}" not in parts:
        return {}
    name = ID_OF.get(parts[parts.index("{id}") - 1])
    if name is None:
        return {}
    known = _uuid(id_) if name == "message_id" else int(id_) if id_.isascii() and id_.isdigit() else None
    return {} if known is None else {name: known}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
