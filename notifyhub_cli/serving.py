"""`serve`: API, worker, scheduler and emulator in one process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub import Hub, logs
from notifyhub.emulator.app import Emulator
from notifyhub.emulator.email.door import listener_on
from notifyhub.emulator.faults import PROFILES
from notifyhub.emulator.web.guards import Guards
from notifyhub.errors import SettingsError
from notifyhub.hub import core_of
from notifyhub.settings import Settings
from notifyhub_api.app import make_app
from notifyhub_api.auth import Authenticator
from notifyhub_cli.crash_reports import report_crashes
from notifyhub_cli.dashboard_door import door_with_link
from notifyhub_cli.emulator_access import only_this_machine_reaches
from notifyhub_cli.emulator_by_api_key import guards_of_service
from notifyhub_cli.first_key import first_key
from notifyhub_cli.http_server import HttpServer
from notifyhub_cli.listening import listening, must_be_loopback
from notifyhub_cli.metrics_shown import shown_by
from notifyhub_cli.starting import started
from notifyhub_cli.welcome import welcome

ELSEWHERE = "choose another with --host and --port, or NOTIFYHUB_HOST and NOTIFYHUB_PORT"

_log = logs.logger(__name__)


def serve(settings: Settings, *, worker: bool, emulator: bool | None) -> None:
    """Serve until SIGTERM or SIGINT, then finish the calls in progress and stop.

    With `emulator` None it is served only if no other machine can reach it.

    Raises SettingsError when it cannot listen on the address, StoreUnavailable.
    """
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file)
    report_crashes(settings, "serve")
    if settings.auth == "none":
        must_be_loopback(settings.host)
    with listening(settings.host, settings.port, ELSEWHERE) as listener:
        address = listener.getsockname()[:2]
        wanted = only_this_machine_reaches(address[0]) if emulator is None else emulator
        mail = listener_on(address[0], settings.emulator_smtp_port) if wanted else None
        ports = {"port": address[1]} | ({} if mail is None else {"emulator_smtp_port": mail.getsockname()[1]})
        settings = settings.model_copy(update=ports)
        hub = Hub(settings, worker=worker)
        authenticator = Authenticator(core_of(hub))
        emulated = _emulator(settings, guards_of_service(address[0], authenticator, core_of(hub))) if wanted else None
        try:
            started(hub)
            key = first_key(hub) if settings.auth == "keys" else None
            if emulated is not None:
                emulated.door.listen_with(mail)
            mounts = [Mount("/emulator", emulated.app)] if emulated else []
            app = make_app(hub, mounts, authenticator=authenticator)
            ready = partial(welcome, hub, address, key, emulated, door_with_link(hub))
            with shown_by(hub, "serve"):
                _Server(app, hub, emulated, ready).run([listener])
        finally:
            hub.close()
            if emulated is not None:
                emulated.journal.close()


class _Server(HttpServer):
    """Serves the emulator too, and stops delivering before it stops listening."""

    def __init__(self, app: Starlette, hub: Hub, emulated: Emulator | None, ready: Callable[[], None]) -> None:
        super().__init__(app, hub.settings, ready)
        self._hub = hub
        self._emulated = emulated

    async def open(self) -> None:
        if self._emulated is not None:
            await self._emulated.door.open()

    async def close(self) -> None:
        if self._emulated is not None:
            self._emulated.release()
        # Before connections end, because calls in progress may be to our own emulator.
        await asyncio.to_thread(core_of(self._hub).stop_delivering)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._emulated is not None:
            await self._emulated.door.close()
            await self._emulated.callbacks.close()


def _emulator(settings: Settings, guards: Guards) -> Emulator:
    if settings.emulator_profile not in PROFILES:
        names = ", ".join(PROFILES)
        raise SettingsError(f"NOTIFYHUB_EMULATOR_PROFILE: {settings.emulator_profile!r} is unknown; use one of {names}")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Emulator(settings.data_dir / "emulator.db", profile=settings.emulator_profile, guards=guards)
