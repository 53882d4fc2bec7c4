"""The facts of a route, stated once: the route, its guard and its place in the OpenAPI document are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub_api.web import Endpoint

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A heading of the document."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that stands in the path, the query or a header."""

    name: str
    place: Literal["path", "query", "header"]
    schema: Mapping[str, Any]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    scope     what the caller's key must allow; None lets everyone in, so it has to be said
    request   model of the JSON body; None when none is read. It may be left out unless `request_required`
    answers   model of the body by status, where it went well (or is no problem document)
    headers   headers of those answers, and what they say
    refusals  problems beyond those that follow from the other facts
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
    answers: Mapping[int, type[BaseModel]]
    headers: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[int] = ()
    example_request: Any = None
    example_answer: Any = None

    @property
    def id(self) -> str:
        return f"{self.tag.name}_{self.endpoint.__name__}"

    @property
    def problems(self) -> list[int]:
        """The statuses of every problem document that this may be answered with."""
        found = {500, *self.refusals}
        if self.scope is not None:
            found |= {401, 403, 503}  # keys are in the database
        if self.request is not None:
            found |= {400, 413, 422}
        if any(parameter.place == "path" for parameter in self.parameters):
            found.add(404)
        if any(parameter.place == "query" for parameter in self.parameters):
            found.add(422)
        return sorted(found - self.answers.keys())


def routes(operations: Iterable[Operation]) -> list[Route]:
    """One guarded route for each path, so that a wrong method is told all of those that are right."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _guarded(operation)
    return [Route(path, _one_of(endpoints), methods=list(endpoints)) for path, endpoints in paths.items()]


def _guarded(operation: Operation) -> Endpoint:
    """The endpoint, for callers with its scope only."""
    endpoint, scope = operation.endpoint, operation.scope
    if scope is None:
        return endpoint

    async def guarded(request: Request) -> Response:
        await request.app.state.doorkeeper.admit(request, scope)
        return await endpoint(request)

    return guarded


def _one_of(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    if len(endpoints) == 1:
        return next(iter(endpoints.values()))

    async def chosen(request: Request) -> Response:
        # Starlette takes HEAD for every GET, and cuts the body off.
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return chosen
