"""/: where things are."""

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
    """Where things are."""

    name: str = "notifyhub"
    version: str = __version__
    messages: str = Field("/api/v1/messages", description="where messages are posted")
    ready: str = "/health/ready"
    docs: str = "/docs/"
    openapi: str = "/openapi.json"


async def index(request: Request) -> Response:
    """What is here."""
    return answer(Index())


operations = (
    Operation(
        method="GET",
        path="/",
        endpoint=index,
        scope=None,
        tag=SERVICE,
        summary="What is here",
        answers={200: Index},
        example_answer=Index().model_dump(mode="json"),
    ),
)
