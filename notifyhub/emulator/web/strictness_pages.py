"""Strictness over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.shared.strictness import Strictness, StrictnessSettings
from notifyhub.emulator.web.http import BadBody, body_of, json_response


class StrictnessPages:
    """`GET`, `PUT` and `DELETE` of `/strictness`."""

    def __init__(self, strictness: Strictness) -> None:
        self._strictness = strictness

    def routes(self) -> list[Route]:
        return [
            Route("/strictness", self.show),
            Route("/strictness", self.change, methods=["PUT"]),
            Route("/strictness", self.relax, methods=["DELETE"]),
        ]

    async def show(self, _: Request) -> Response:
        return json_response(self._strictness.describe())

    async def change(self, request: Request) -> Response:
        try:
            self._strictness.replace(await body_of(request, StrictnessSettings))
        except BadBody as bad:
            return bad.answer
        return await self.show(request)

    async def relax(self, _: Request) -> Response:
        self._strictness.replace(StrictnessSettings())
        return Response(status_code=204)
