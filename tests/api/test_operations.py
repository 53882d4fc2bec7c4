"""What follows from the facts of a route."""

from __future__ import annotations

import http.client

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from notifyhub.answers import Answer
from notifyhub.requests import MessageRequest
from notifyhub_api import paging
from notifyhub_api.openapi import openapi
from notifyhub_api.operations import Method, Operation, Parameter, Tag, routes
from tests.serving import running

ID = Parameter("id", "path", {"type": "integer"}, "which")


async def echo(request: Request) -> Response:
    return PlainTextResponse(request.method)


def operation(method: Method = "GET", scope: str | None = None, **facts: object) -> Operation:
    tag = Tag("things", "Things.")
    given = {"path": "/things", "endpoint": echo, "tag": tag, "summary": "A thing", "answers": {200: Answer}, **facts}
    return Operation(method=method, scope=scope, **given)  # type: ignore[arg-type]


def ask(port: int, method: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, "/things")
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_operations_share_a_path(method: Method) -> None:
    facts = [operation("GET"), operation("POST"), operation("DELETE")]
    with running(Starlette(routes=routes(facts))) as port:
        assert ask(port, method).body == method.encode()  # type: ignore[attr-defined]


def test_a_wrong_method_is_told_all_that_are_right() -> None:
    with running(Starlette(routes=routes([operation("GET"), operation("POST")]))) as port:
        response = ask(port, "DELETE")

    assert response.status == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_head_is_answered_where_get_is() -> None:
    with running(Starlette(routes=routes([operation("GET"), operation("POST")]))) as port:
        assert ask(port, "HEAD").status == 200


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        ({}, [405, 500]),
        ({"scope": "read"}, [401, 403, 405, 429, 500, 503]),
        ({"request": MessageRequest}, [400, 405, 413, 415, 422, 500]),
        ({"parameters": [ID]}, [404, 405, 500]),
        ({"parameters": paging.PARAMETERS}, [405, 422, 500]),
        ({"refusals": [404]}, [404, 405, 500]),
        ({"scope": "send", "method": "POST"}, [400, 401, 403, 405, 409, 413, 415, 422, 429, 500, 503]),
        ({"scope": "send", "method": "POST", "once": "never"}, [401, 403, 405, 422, 429, 500, 503]),
        ({"scope": "read", "answers": {200: Answer, 503: Answer}}, [401, 403, 405, 429, 500]),
    ],
)
def test_the_problems_that_may_come_follow_from_the_facts(facts: dict[str, object], problems: list[int]) -> None:
    assert operation(**facts).problems == problems  # type: ignore[arg-type]


def test_the_scope_that_guards_is_the_scope_in_the_document() -> None:
    document = openapi([operation("GET", "admin"), operation("POST")])

    assert document["paths"]["/things"]["get"]["security"] == [{"ApiKey": ["admin"]}]
    assert document["paths"]["/things"]["post"]["security"] == []
