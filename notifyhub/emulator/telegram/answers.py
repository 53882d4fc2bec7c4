"""Answers and errors in the Bot API's envelope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from notifyhub.emulator.shared.wire import Answer


@dataclass
class Refused(Exception):
    """A call that the Bot API answers with an error: HTTP status, description, parameters."""

    status: int
    description: str
    parameters: dict[str, int] | None = None

    def answer(self) -> Answer:
        return failure(self.status, self.description, self.parameters)


def bad(fault: str) -> Refused:
    """A 400. After the prefix the server's texts begin in lower case, except for codes in capitals."""
    return Refused(400, f"Bad Request: {fault}")


def no_such_query() -> Refused:
    """The error for a query that was answered before or never made."""
    return bad("query is too old and response timeout expired or query ID is invalid")


def success(result: Any, description: str | None = None) -> Answer:
    body = {"ok": True, "result": result}
    return Answer(status=200, body=orjson.dumps(body | {"description": description} if description else body))


def failure(status: int, description: str, parameters: dict[str, int] | None = None) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Answer(status=status, body=orjson.dumps(body), code=status)


def too_many_requests(seconds: int) -> Answer:
    """Flood control: the seconds stand in `parameters.retry_after` and in the header Retry-After."""
    answer = failure(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
    answer.headers = ((b"retry-after", str(seconds).encode()),)
    return answer
