"""Operations: the facts of a route, from which the route, its guard and its OpenAPI entry are derived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from notifyhub_api import idempotency
from notifyhub_api.paths import TEMPLATE
from notifyhub_api.problems import IDEMPOTENCY_KEY
from notifyhub_api.uploads import spooling
from notifyhub_api.web import Endpoint

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
# The other methods are idempotent (RFC 9110, section 9.2.2).
NAMED_METHODS = ("POST", "PATCH")
CSV = "text/csv"
OF_A_BODY = (400, 413, 415)
"""The problems of every request whose body is read."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A heading of the OpenAPI document."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the path, the query or a header.

    schema  its JSON Schema, or a function that makes it once all channels are known
    """

    name: str
    place: Literal["path", "query", "header"]
    schema: Mapping[str, Any] | Callable[[], Mapping[str, Any]]
    description: str


IDEMPOTENCY = Parameter(
    IDEMPOTENCY_KEY,
    "header",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "your own name for this request: a repeat with the same key changes nothing and gets the first answer again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    scope     the scope that the caller's key needs; None (no key needed) must be explicit
    request   model of the JSON body, if any; may be left out unless `request_required`
    media     media types of a body that is not JSON but a file, see `uploads.file_of`
    answers   models of successful bodies (and others that are not problem documents) by status; None: without a body
    tables    media types of a successful answer that is, or may be asked for as, a table
    text      statuses whose body is plain text
    headers   headers of those answers, and their descriptions
    refusals  problems besides those that follow from the other facts
    once      how a POST or PATCH stores its answer for an Idempotency-Key: around the endpoint; or the endpoint does it
              in its own transaction; or not at all, because the answer is secret
    aliases   other paths, which are served but not documented
    """

    method: Method
    path: str
    endpoint: Endpoint
    scope: str | None
    tag: Tag
    summary: str
    description: str = ""
    parameters: Sequence[Parameter] = ()
    request: type[BaseModel] | None = None
    request_required: bool = True
    media: Sequence[str] = ()
    answers: Mapping[int, type[BaseModel] | None] = field(default_factory=dict)
    tables: Sequence[str] = ()
    text: Sequence[int] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[int] = ()
    once: Literal["around", "inside", "never"] = "around"
    aliases: Sequence[str] = ()
    example_request: Any = None
    example_answer: Any = None

    @property
    def id(self) -> str:
        return f"{self.tag.name}_{self.endpoint.__name__}"

    @property
    def takes_names(self) -> bool:
        """May callers send an Idempotency-Key?"""
        return self.method in NAMED_METHODS and self.scope is not None and self.once != "never"

    @property
    def problems(self) -> list[int]:
        """The statuses of all problem documents that this operation may return."""
        found = {405, 500, *self.refusals}
        if self.scope is not None:
            found |= {401, 403, 429, 503}  # keys are in the database
        if self.takes_names:
            found |= {409, 422, *OF_A_BODY}
        if self.once == "never":
            found.add(422)
        if self.request is not None or self.media:
            found |= {422, *OF_A_BODY}
        if any(parameter.place == "path" for parameter in self.parameters):
            found.add(404)
        if any(parameter.place == "query" for parameter in self.parameters):
            found.add(422)
        return sorted(found - self.answers.keys())


def routes(operations: Iterable[Operation]) -> list[Route]:
    """One guarded route for each path, so that a 405 lists all allowed methods."""
    paths: dict[str, dict[str, Endpoint]] = {}
    aliases: set[str] = set()
    for operation in operations:
        for path in (operation.path, *operation.aliases):
            paths.setdefault(path, {})[operation.method] = _guarded(operation)
        aliases.update(operation.aliases)
    # Fixed paths come first: /deliveries/cancel is not /deliveries/{id}.
    return [
        PathRoute(path, _one_of(endpoints), methods=list(endpoints), include_in_schema=path not in aliases)
        for path, endpoints in sorted(paths.items(), key=lambda item: "{" in item[0])
    ]


class PathRoute(Route):
    """Handles everything at its path: a wrong method is refused here, even if a later path would match."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE:
            child[TEMPLATE] = self.path
        return (Match.FULL if match is Match.PARTIAL else match), child


def _guarded(operation: Operation) -> Endpoint:
    """The endpoint, only for callers with its scope."""
    endpoint, scope = endpoint_of(operation), operation.scope
    if scope is None:
        return endpoint

    async def guarded(request: Request) -> Response:
        await request.app.state.authenticator.admit(request, scope)
        return await endpoint(request)

    return guarded


def endpoint_of(operation: Operation) -> Endpoint:
    """The endpoint with its body, if that is a file, and with support for the Idempotency-Key. Admits anybody."""
    endpoint = operation.endpoint
    if operation.method in NAMED_METHODS and operation.scope is not None and operation.once != "inside":
        wrapped = idempotency.reserving if operation.once == "around" else idempotency.refusing
        endpoint = wrapped(endpoint)
    return spooling(endpoint) if operation.media else endpoint


def _one_of(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    if len(endpoints) == 1:
        return next(iter(endpoints.values()))

    async def chosen(request: Request) -> Response:
        # Starlette answers HEAD for every GET, without the body.
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return chosen
