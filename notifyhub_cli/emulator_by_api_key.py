"""The emulator served with the API: where others can reach it, it asks for an API key or a session of the dashboard."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.emulator.web.guards import THIS_MACHINE, Guards, with_key
from notifyhub.emulator.web.key_asked import SAFE, Admit
from notifyhub.errors import NotifyhubError
from notifyhub.hub.core import Core
from notifyhub.requests import ADMIN
from notifyhub_api import problems
from notifyhub_api.auth import Authenticator
from notifyhub_api.dashboard import csrf
from notifyhub_api.dashboard.guard import visitor_of
from notifyhub_cli.emulator_access import only_this_machine_reaches

READ = "read"


def guards_of_service(address: str, authenticator: Authenticator, hub: Core) -> Guards:
    return THIS_MACHINE if only_this_machine_reaches(address) else with_key(_by(authenticator, hub))


def _by(authenticator: Authenticator, hub: Core) -> Admit:
    """Reading needs the scope `read`; everything else needs `admin`."""

    async def admit(request: Request) -> Response | None:
        scope = READ if request.method in SAFE else ADMIN
        try:
            if not await _is_signed_in(hub, request, scope):
                await authenticator.admit(request, scope)
        except NotifyhubError as error:
            return await problems.refused(request, error)
        return None

    return admit


async def _is_signed_in(hub: Core, request: Request, scope: str) -> bool:
    """Does somebody ask whose role in the dashboard allows this, from a page of ours?"""
    if "authorization" in request.headers or not csrf.comes_from_here(request):
        return False
    # The inbox stays open by itself, so it does not keep a session alive.
    visitor = await visitor_of(hub, request, noted=False)
    return visitor is not None and (scope in visitor.scopes or ADMIN in visitor.scopes)
