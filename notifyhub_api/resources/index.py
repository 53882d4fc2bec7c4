"""/: links."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from notifyhub import __version__
from notifyhub.answers import Answer
from notifyhub_api.operations import Operation
from notifyhub_api.resources.health import SERVICE
from notifyhub_api.web import answer


class Index(Answer):
    """Links to the documents and resources."""

    name: str = "notifyhub"
    version: str = __version__
    messages: str = Field("/api/v1/messages", description="where to post messages")
    ready: str = "/health/ready"
    docs: str = "/docs/"
    openapi: str = "/openapi.json"


async def index(request: Request) -> Response:
    """Links."""
    return answer(Index())


operations = (
    Operation(
        method="GET",
        path="/",
        endpoint=index,
        scope=None,
        tag=SERVICE,
        summary="Links",
        answers={200: Index},
        example_answer=Index().model_dump(mode="json"),
    ),
)
