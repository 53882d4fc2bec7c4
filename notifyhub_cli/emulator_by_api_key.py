"""The emulator served with the API: when other machines can reach it, callers need an API key of the service."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.emulator.web.guards import THIS_MACHINE, Guards, with_key
from notifyhub.emulator.web.key_asked import SAFE, Admit
from notifyhub.errors import NotifyhubError
from notifyhub.requests import ADMIN
from notifyhub_api import problems
from notifyhub_api.auth import Authenticator
from notifyhub_cli.emulator_access import only_this_machine_reaches

READ = "read"


def guards_of_service(address: str, authenticator: Authenticator) -> Guards:
    return THIS_MACHINE if only_this_machine_reaches(address) else with_key(_by(authenticator))


def _by(authenticator: Authenticator) -> Admit:
    """Reading needs the scope `read`; everything else needs `admin`."""

    async def admit(request: Request) -> Response | None:
        try:
            await authenticator.admit(request, READ if request.method in SAFE else ADMIN)
        except NotifyhubError as error:
            return await problems.refused(request, error)
        return None

    return admit
