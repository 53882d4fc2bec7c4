"""The API as pages use it: its own operations, called in this process with the rights of whoever is signed in.

So a page shows what the API answers, refuses what the API refuses, and says so in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from notifyhub.errors import NotFound
from notifyhub.requests import ADMIN
from notifyhub_api.operations import Method, Operation, endpoint_of
from notifyhub_api.problems import IDEMPOTENCY_KEY, Forbidden
from notifyhub_api.uploads import FILE
from notifyhub_api.web import BODY, CALLER, Endpoint

ROOT = "/api/v1"
Query = Mapping[str, Any]


class Operations:
    """The operations of the API, to be found by method and path."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        mine = [operation for operation in operations if operation.path.startswith(ROOT)]
        # Fixed paths come first: /deliveries/cancel is not /deliveries/{id}.
        self._known = [
            (operation, Route(operation.path, endpoint_of(operation)))
            for operation in sorted(mine, key=lambda operation: "{" in operation.path)
        ]

    def find(self, method: str, path: str) -> tuple[Operation, Endpoint, dict[str, Any]]:
        """An operation, its endpoint and the parameters of its path. Raises NotFound."""
        for operation, route in self._known:
            if operation.method == method:
                match, child = route.matches({"type": "http", "method": method, "path": path})
                if match is not Match.NONE:
                    return operation, route.endpoint, child["path_params"]
        raise NotFound("path", path)


class Api:
    """The API, for one request of somebody who has these scopes.

    Its methods return the JSON of the answer, and raise what the operation raises: InvalidRequest with faults,
    NotFound, Conflict, StoreUnavailable; and Forbidden if the scope is not held. Paths begin after `/api/v1`.
    """

    def __init__(self, request: Request, operations: Operations, scopes: Sequence[str]) -> None:
        self._request = request
        self._operations = operations
        self._scopes = scopes

    def may(self, method: Method, path: str) -> bool:
        """Do the scopes suffice for this operation?"""
        return self._holds(self._operations.find(method, f"{ROOT}{path}")[0].scope)

    def require(self, method: Method, path: str) -> None:
        """For pages that only lead to this operation. Raises Forbidden if the scopes do not suffice."""
        scope = self._operations.find(method, f"{ROOT}{path}")[0].scope
        if not self._holds(scope):
            raise Forbidden(self._scopes, str(scope))

    async def get(self, path: str, query: Query | None = None) -> Any:
        return _json(await self.respond("GET", path, query))

    async def post(self, path: str, body: Any = None, *, once: str | None = None) -> Any:
        """`once`: a key of the caller's own; a repeat with the same one changes nothing and gets the same answer."""
        return _json(await self.respond("POST", path, body=body, once=once))

    async def upload(self, path: str, file: BinaryIO, query: Query | None = None, *, once: str | None = None) -> Any:
        """POST a file; `once` as in `post`."""
        return _json(await self.respond("POST", path, query, once=once, file=file))

    async def patch(self, path: str, body: Any) -> Any:
        return _json(await self.respond("PATCH", path, body=body))

    async def delete(self, path: str, query: Query | None = None) -> Any:
        return _json(await self.respond("DELETE", path, query))

    async def respond(
        self,
        method: Method,
        path: str,
        query: Query | None = None,
        *,
        body: Any = None,
        once: str | None = None,
        file: BinaryIO | None = None,
    ) -> Response:
        """The answer itself, for those that are no JSON."""
        self.require(method, path)
        _, endpoint, parameters = self._operations.find(method, f"{ROOT}{path}")
        scope = self._scope(method, f"{ROOT}{path}", query, body, once)
        given = {"path_params": parameters} if file is None else {"path_params": parameters, FILE: file}
        return await endpoint(Request({**scope, **given}))

    def _holds(self, scope: str | None) -> bool:
        return scope is None or scope in self._scopes or ADMIN in self._scopes

    def _scope(self, method: str, path: str, query: Query | None, body: Any, once: str | None) -> Scope:
        given = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        headers = [(b"content-type", b"application/json"), (b"accept", b"application/json")]
        if once:
            headers.append((IDEMPOTENCY_KEY.lower().encode(), once.encode("latin-1", "replace")))
        return {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": encoded(query or {}).encode(),
            "headers": headers,
            "app": self._request.app,
            "state": self._request.scope.get("state", {}),
            BODY: given,
            CALLER: self._request.scope.get(CALLER, 0),
        }


def encoded(query: Query) -> str:
    """A query without the parameters that are empty."""
    return urlencode({name: value for name, value in query.items() if value not in (None, "", [])}, doseq=True)


def _json(response: Response) -> Any:
    return orjson.loads(response.body) if response.body else None
