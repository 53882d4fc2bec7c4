"""`serve`: API, worker, scheduler and emulator in one process."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub import Hub, logs
from notifyhub.emulator.app import Emulator
from notifyhub.emulator.email.door import listener_on
from notifyhub.emulator.faults import PROFILES
from notifyhub.emulator.web.guards import Guards
from notifyhub.errors import SettingsError
from notifyhub.hub import core_of
from notifyhub.server.limits import limited
from notifyhub.settings import Settings
from notifyhub.worker.process import spare_the_collector
from notifyhub_api.app import make_app
from notifyhub_api.auth import Authenticator
from notifyhub_api.connection_kinds import TYPES
from notifyhub_api.ending import Ending
from notifyhub_cli.emulator_access import only_this_machine_reaches
from notifyhub_cli.emulator_by_api_key import guards_of_service
from notifyhub_cli.listening import limits_of, listening, must_be_loopback
from notifyhub_cli.stopping import stop_by_signals
from notifyhub_cli.welcome import key_file, welcome

ELSEWHERE = "choose another with --host and --port, or NOTIFYHUB_HOST and NOTIFYHUB_PORT"
KEEP_ALIVE_S = 75

_log = logs.logger(__name__)


def serve(settings: Settings, *, worker: bool, emulator: bool | None) -> None:
    """Serve until SIGTERM or SIGINT, then finish the calls in progress and stop.

    With `emulator` None it is served only if no other machine can reach it.

    Raises SettingsError when it cannot listen on the address, StoreUnavailable.
    """
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file)
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
        emulated = _emulator(settings, guards_of_service(address[0], authenticator)) if wanted else None
        try:
            key = _first_key(hub) if settings.auth == "keys" else None
            if emulated is not None:
                emulated.door.listen_with(mail)
            mounts = [Mount("/emulator", emulated.app)] if emulated else []
            app = make_app(hub, mounts, authenticator=authenticator)
            ready = partial(welcome, hub, address, key, emulated)
            _Server(_config(app, settings), app.state.ending, hub, emulated, ready).run([listener])
        finally:
            hub.close()
            if emulated is not None:
                emulated.journal.close()


def _config(app: Starlette, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=limited(limits_of(settings), TYPES),
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        proxy_headers=False,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=max(1, round(settings.drain_s)),
    )


class _Server(uvicorn.Server):
    """Announces when it is ready, and stops delivering before it stops listening."""

    def __init__(
        self,
        config: uvicorn.Config,
        ending: Ending,
        hub: Hub,
        emulated: Emulator | None,
        ready: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._ending = ending
        self._hub = hub
        self._emulated = emulated
        self._ready = ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        stop_by_signals(self)
        super().run(sockets=sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            if self._emulated is not None:
                await self._emulated.door.open()
            self._ready()
            spare_the_collector()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending.begin()
        if self._emulated is not None:
            self._emulated.release()
        # In this order, because calls in progress may be to our own emulator.
        await asyncio.to_thread(core_of(self._hub).stop_delivering)
        await super().shutdown(sockets=sockets)
        if self._emulated is not None:
            await self._emulated.door.close()
            await self._emulated.callbacks.close()


def _emulator(settings: Settings, guards: Guards) -> Emulator:
    if settings.emulator_profile not in PROFILES:
        names = ", ".join(PROFILES)
        raise SettingsError(f"NOTIFYHUB_EMULATOR_PROFILE: {settings.emulator_profile!r} is unknown; use one of {names}")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Emulator(settings.data_dir / "emulator.db", profile=settings.emulator_profile, guards=guards)


def _first_key(hub: Hub) -> str | None:
    """Create the first API key and save it in a file that only its owner can read. None if there are keys already."""
    if hub.keys.list():
        return None
    path = key_file(hub.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Write the file first: a key that could not be saved would be lost, and the next start would not create another.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        key = hub.keys.create("first", ("admin",)).key
        file.write(f"{key}\n")
    return key
