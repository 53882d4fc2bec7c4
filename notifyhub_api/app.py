"""The service as one ASGI application."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from notifyhub import Hub
from notifyhub.errors import NotifyhubError
from notifyhub.flow.readiness import Readiness
from notifyhub.hub import core_of
from notifyhub.server.loopback import LoopbackHost, LoopbackOrigin
from notifyhub.server.problems import left
from notifyhub_api import kinds, operations, pages, problem_pages, problems
from notifyhub_api.auth import Authenticator
from notifyhub_api.dashboard import app as dashboard
from notifyhub_api.dashboard.live import Changes
from notifyhub_api.dashboard.sign_in_rate import Attempts
from notifyhub_api.dashboard.signing_in_elsewhere import provider_of
from notifyhub_api.ending import Ending
from notifyhub_api.event_streams import Streams
from notifyhub_api.middleware import framed
from notifyhub_api.openapi import openapi
from notifyhub_api.resources import (
    audit,
    batches,
    channels,
    clients,
    deliveries,
    dialect_clients,
    dialect_mailings,
    dialect_messages,
    dialects,
    erasures,
    events,
    health,
    index,
    keys,
    mailing_views,
    mailings,
    messages,
    metrics,
    reachability,
    receipts,
    sessions,
    stats,
    templates,
    webhook_posts,
    webhooks,
)

# In the order of routing and documentation.
OPERATIONS = (
    *messages.operations,
    *batches.operations,
    *deliveries.operations,
    *clients.operations,
    *erasures.operations,
    *mailings.operations,
    *mailing_views.operations,
    *templates.operations,
    *reachability.operations,
    *webhooks.operations,
    *webhook_posts.operations,
    *events.operations,
    *stats.operations,
    *keys.operations,
    *sessions.operations,
    *audit.operations,
    *channels.operations,
    *dialects.operations,
    *dialect_clients.operations,
    *dialect_mailings.operations,
    *dialect_messages.operations,
    *receipts.operations,
    *health.operations,
    *metrics.operations,
    *index.operations,
)


class Service(Starlette):
    """Starlette with the middleware of `Frame`."""

    def build_middleware_stack(self) -> ASGIApp:
        # Starlette's own middleware is inside its error handler.
        settings = self.state.hub.settings
        inner = super().build_middleware_stack()
        if settings.auth == "none":
            inner = LoopbackOrigin(inner, settings.cors_origins, type_=kinds.FOREIGN_ORIGIN.type)
            inner = LoopbackHost(inner, type_=kinds.FOREIGN_HOST.type)
        return framed(inner, settings.cors_origins)


def make_app(hub: Hub, mounts: Sequence[BaseRoute] = (), *, authenticator: Authenticator | None = None) -> Starlette:
    """The REST service over an open hub. `mounts` are served beside it.

    `authenticator` is for other applications beside the service that use the same keys and limits.
    """
    app = Service(
        routes=[
            *(dashboard.at_the_root(OPERATIONS) if hub.settings.dashboard.enabled else ()),
            *operations.routes(OPERATIONS),
            *(dashboard.routes(OPERATIONS) if hub.settings.dashboard.enabled else ()),
            *pages.routes(lambda: openapi(OPERATIONS)),
            *problem_pages.routes(),
            *pages.with_slash(mounts),
            *mounts,
            *(dashboard.at_no_page(OPERATIONS) if hub.settings.dashboard.enabled else ()),
        ],
        exception_handlers={
            NotifyhubError: problems.refused,
            HTTPException: problems.http_refused,
            ClientDisconnect: left,
            Exception: problems.crashed,
        },
    )
    # /api/v1/messages/ does not redirect to /api/v1/messages: a redirected POST may lose its body.
    app.router.redirect_slashes = False
    core = core_of(hub)
    app.state.hub = core
    app.state.readiness = Readiness(lambda: core.database, core.broker_reachable)
    app.state.authenticator = authenticator or Authenticator(core)
    app.state.ending = Ending()
    app.state.streams = Streams(core, app.state.ending)
    app.state.changes = Changes(core, app.state.ending)
    app.state.oidc_provider = provider_of(hub.settings)
    app.state.sign_in_attempts = Attempts(hub.settings.dashboard.sign_in_rate)
    return app
