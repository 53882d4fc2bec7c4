"""The routes of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from notifyhub.errors import NotFound
from notifyhub_api.dashboard import data, signing_in, signing_in_elsewhere
from notifyhub_api.dashboard.calling import Operations
from notifyhub_api.dashboard.guard import Guard
from notifyhub_api.dashboard.live import live
from notifyhub_api.dashboard.pages import (
    audit,
    bulk_actions,
    channels,
    client_forms,
    client_imports,
    clients,
    deliveries,
    erasures,
    keys,
    language,
    mailing_changes,
    mailing_steps,
    mailings,
    messages,
    overview,
    people,
    sending,
    template_texts,
    templates,
    webhook_posts,
    webhooks,
)
from notifyhub_api.dashboard.rendering import STATIC
from notifyhub_api.dashboard.visit import Visit
from notifyhub_api.operations import Operation
from notifyhub_api.web import Endpoint


class RowId(Convertor[int]):
    """As many digits as an id can have: of more, Python makes no number."""

    regex = "[0-9]{1,19}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("row", RowId())

ROOT = "/"
API = "/api/"
PAGES = (
    *(overview, messages, sending, bulk_actions, deliveries, language, people),
    *(mailings, mailing_steps, mailing_changes, clients, client_forms, client_imports, erasures),
    *(templates, template_texts, channels, webhooks, webhook_posts, keys, audit),
)
"""Modules with pages: what to look at, and what forms are posted to, by path."""


def routes(operations: Sequence[Operation]) -> list[BaseRoute]:
    """Everything that people see in a browser, but for what is at the root.

    These come after the routes of the API, which are asked for more often.
    """
    guard = Guard(Operations(operations))
    found: list[Route] = []
    for module in PAGES:
        found += [_route(path, guard.page(page), "GET") for path, page in module.GET.items() if path != ROOT]
        found += [_route(path, guard.action(page), "POST") for path, page in module.POST.items()]
    found += [_route("/live", live, "GET"), _route(data.PATH, guard.page(data.data), "GET")]
    for method, path, endpoint in (*signing_in.ENDPOINTS, *signing_in_elsewhere.ENDPOINTS):
        found.append(_route(path, endpoint, method))
    # Fixed paths come first: /mailings/new is not /mailings/{id}.
    return [STATIC.mount(), *sorted(found, key=lambda route: "{" in route.path)]


def at_the_root(operations: Sequence[Operation]) -> list[BaseRoute]:
    """The overview for browsers; it comes before what programs get there."""
    page = Guard(Operations(operations)).page(overview.GET[ROOT])
    return [ForBrowsers(ROOT, page, methods=["GET"], include_in_schema=False)]


def at_no_page(operations: Sequence[Operation]) -> list[BaseRoute]:
    """What browsers get where there is nothing; it comes after everything else."""
    page = Guard(Operations(operations)).page(_nowhere)
    return [ForBrowsers("/{path:path}", page, methods=["GET"], include_in_schema=False)]


class ForBrowsers(Route):
    """A page at a path where programs get something else."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        headers = Headers(scope=scope)
        wanted = "text/html" in headers.get("accept", "") or "hx-request" in headers
        if wanted and scope["method"] in ("GET", "HEAD") and not scope["path"].startswith(API):
            return super().matches(scope)
        return Match.NONE, {}


async def _nowhere(visit: Visit) -> Response:
    raise NotFound("page", visit.request.url.path)


def _route(path: str, endpoint: Endpoint, method: str) -> Route:
    return Route(path, endpoint, methods=[method], include_in_schema=False)
