"""Who may see a page, and what is answered to those who may not, or when something goes wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notifyhub.domain.roles import Role
from notifyhub.errors import Conflict, InvalidRequest, NotFound, NotifyhubError, StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub.logs.current import ASKED_BY, Who
from notifyhub_api.dashboard import csrf
from notifyhub_api.dashboard.calling import Api, Operations
from notifyhub_api.dashboard.cookies import secret_of
from notifyhub_api.dashboard.form import Form
from notifyhub_api.dashboard.languages import later
from notifyhub_api.dashboard.local_paths import local_path
from notifyhub_api.dashboard.multipart import is_multipart, received
from notifyhub_api.dashboard.visit import Visit, is_partial
from notifyhub_api.dashboard.visitor import Visitor
from notifyhub_api.problems import Forbidden, TooLarge
from notifyhub_api.uploads import IN_MEMORY
from notifyhub_api.web import Endpoint, body_of, hub_of

Page = Callable[[Visit], Awaitable[Response]]

_STATUSES: dict[type[NotifyhubError], int] = {
    NotFound: 404,
    Conflict: 409,
    InvalidRequest: 422,
    Forbidden: 403,
    TooLarge: 413,
    StoreUnavailable: 503,
}
_NOBODY = "nobody"
"""Stands for the secret of a session where nobody signs in, in all processes and after a restart too.

What browsers say of where a form comes from then protects it, as it protects the API.
"""


class NotOurs(NotifyhubError):
    """A form without the token of its session."""

    def __init__(self) -> None:
        super().__init__(
            later("this form was not sent by a page of this session; go back, load the page again, and repeat")
        )


class Guard:
    """Makes endpoints of pages."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def page(self, page: Page) -> Endpoint:
        """A page to look at."""

        async def endpoint(request: Request) -> Response:
            visitor = await visitor_at(request, noted=not is_partial(request))
            if visitor is None:
                return to_sign_in(request)
            return await self._answer(page, request, visitor, Form())

        return endpoint

    def action(self, page: Page) -> Endpoint:
        """What a form is posted to."""

        async def endpoint(request: Request) -> Response:
            visitor = await visitor_at(request)
            if visitor is None:
                return to_sign_in(request)
            if is_multipart(request):
                return await self._upload(page, request, visitor)
            try:
                form = Form.read(await body_of(request))
            except NotifyhubError as error:
                return _refused(self._visit(request, visitor, Form()), error)
            if not csrf.is_ours(request, visitor.csrf, form.get(csrf.FIELD)):
                return _refused(self._visit(request, visitor, form), NotOurs())
            return await self._answer(page, request, visitor, form)

        return endpoint

    async def _upload(self, page: Page, request: Request, visitor: Visitor) -> Response:
        """A form with a file, of which nothing is kept before the form is known to be ours."""

        def check(form: Form) -> None:
            if not csrf.is_ours(request, visitor.csrf, form.get(csrf.FIELD)):
                raise NotOurs

        with SpooledTemporaryFile(IN_MEMORY) as spooled:
            file = cast(BinaryIO, spooled)
            try:
                form = await received(request, file, hub_of(request).settings.max_import_bytes, check)
            except NotifyhubError as error:
                return _refused(self._visit(request, visitor, Form()), error)
            return await self._answer(page, request, visitor, form, file)

    async def _answer(
        self, page: Page, request: Request, visitor: Visitor, form: Form, file: BinaryIO | None = None
    ) -> Response:
        ASKED_BY.set(Who("dashboard", visitor.name or None))
        visit = self._visit(request, visitor, form, file)
        try:
            return await page(visit)
        except NotifyhubError as error:
            return _refused(visit, error)

    def _visit(self, request: Request, visitor: Visitor, form: Form, file: BinaryIO | None = None) -> Visit:
        return Visit(request, visitor, Api(request, self._operations, visitor.scopes), form, file)


async def visitor_at(request: Request, *, noted: bool = True) -> Visitor | None:
    """Who is signed in; `noted`: it is somebody who asks, and not an open page by itself. Raises StoreUnavailable."""
    return await visitor_of(hub_of(request), request, noted=noted)


async def visitor_of(hub: Core, request: Request, *, noted: bool = True) -> Visitor | None:
    """The same, for applications beside the service that use its sessions."""
    if hub.settings.auth == "none":
        return Visitor("", Role.ADMIN, None, csrf.token_of(_NOBODY))
    secret = secret_of(request)
    session = None if secret is None else await hub.sessions.find(secret, noted=noted)
    if secret is None or session is None:
        return None
    return Visitor(session.name, Role(session.role), session.id, csrf.token_of(secret))


def to_sign_in(request: Request) -> Response:
    """To the sign-in page, and from there to where they wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = "/signin" if request.method != "GET" else f"/signin?to={quote(wanted, safe='')}"
    if is_partial(request):
        return Response(status_code=401, headers={"Cache-Control": "no-store"})
    return RedirectResponse(target, 303)


def _refused(visit: Visit, error: NotifyhubError) -> Response:
    """A form goes back to its page, which says what was wrong; everything else is a page of its own."""
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 400)
    back, said = _page_before(visit.request), visit.say(str(error))
    if visit.request.method == "POST" and status in (404, 409, 422) and back is not None and not visit.is_partial:
        return visit.go(back, said, wrong=True)
    faults = error.faults if isinstance(error, InvalidRequest) else ()
    return visit.show("refused.html", status, error=said, status=status, faults=faults)


def _page_before(request: Request) -> str | None:
    """The page of ours that a form was on."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return None
    if before.netloc != request.headers.get("host") or not before.path.startswith("/"):
        return None
    return local_path(before.path + (f"?{before.query}" if before.query else ""))
