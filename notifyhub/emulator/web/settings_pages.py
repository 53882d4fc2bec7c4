"""Settings over HTTP: limits, callbacks and receipts; and deeds of people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub.emulator.callbacks.callbacks import Callbacks, CallbackSettings
from notifyhub.emulator.callbacks.receipts import Receipts, ReceiptSettings
from notifyhub.emulator.people.people import Deed, People, Unheard
from notifyhub.emulator.shared.limits import Limits, LimitSettings, UnknownLimit
from notifyhub.emulator.web.http import BadBody, BadParameter, body_of, json_response, number_of, problem_response

WAIT_LIMIT_S = 60


class SettingsPages:
    """`GET`, `PUT` and `DELETE` for settings; `POST` for deeds of people."""

    def __init__(self, limits: Limits, callbacks: Callbacks, receipts: Receipts, people: People) -> None:
        self._limits = limits
        self._callbacks = callbacks
        self._receipts = receipts
        self._people = people

    def routes(self) -> list[Route]:
        return [
            Route("/limits", self.limits),
            Route("/limits", self.set_limits, methods=["PUT"]),
            Route("/limits", self.clear_limits, methods=["DELETE"]),
            Route("/callbacks", self.callbacks),
            Route("/callbacks", self.set_callbacks, methods=["PUT"]),
            Route("/callbacks", self.clear_callbacks, methods=["DELETE"]),
            Route("/receipts", self.receipts),
            Route("/receipts", self.set_receipts, methods=["PUT"]),
            Route("/people/{channel}/{address:path}/messages", self.do, methods=["POST"]),
        ]

    async def limits(self, _: Request) -> Response:
        return json_response(self._limits.describe())

    async def set_limits(self, request: Request) -> Response:
        try:
            self._limits.replace(await body_of(request, LimitSettings))
        except BadBody as bad:
            return bad.answer
        except UnknownLimit as unknown:
            errors = [{"field": f"limits.{name}", "message": "there is no limit of that name"} for name in unknown.args]
            return problem_response(422, "Unprocessable Content", errors)
        return json_response(self._limits.describe())

    async def clear_limits(self, _: Request) -> Response:
        self._limits.replace(LimitSettings())
        return Response(status_code=204)

    async def callbacks(self, request: Request) -> Response:
        """Made and waiting callbacks; with `wait_s`, first waits until none is waiting, up to that long."""
        try:
            wait_s = number_of(request, "wait_s", default=0, low=0, high=WAIT_LIMIT_S)
        except BadParameter as bad:
            return problem_response(400, "Bad Request", [{"field": bad.name, "message": bad.fault}])
        if wait_s:
            await self._callbacks.idle(wait_s)
        return json_response(self._callbacks.describe())

    async def set_callbacks(self, request: Request) -> Response:
        try:
            self._callbacks.settings = await body_of(request, CallbackSettings)
        except BadBody as bad:
            return bad.answer
        return json_response(self._callbacks.describe())

    async def clear_callbacks(self, _: Request) -> Response:
        self._callbacks.clear()
        return Response(status_code=204)

    async def receipts(self, _: Request) -> Response:
        return json_response(self._receipts.settings.model_dump(mode="json"))

    async def set_receipts(self, request: Request) -> Response:
        try:
            self._receipts.settings = await body_of(request, ReceiptSettings)
        except BadBody as bad:
            return bad.answer
        return await self.receipts(request)

    async def do(self, request: Request) -> Response:
        """A deed of a person; answers with the messenger's update."""
        channel, address = request.path_params["channel"], request.path_params["address"]
        try:
            update = self._people.do(channel, address, await body_of(request, Deed))
        except BadBody as bad:
            return bad.answer
        except Unheard as unheard:
            return problem_response(409, "Conflict", [{"field": "", "message": str(unheard)}])
        return json_response({"channel": channel, "address": address, "update": update})
