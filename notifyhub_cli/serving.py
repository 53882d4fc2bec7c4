"""`serve`: API, worker, scheduler and emulator in one process."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
from collections.abc import Callable
from pathlib import Path

import typer
import uvicorn
from starlette.routing import Mount

from notifyhub import Hub, logs
from notifyhub.emulator.app import Emulator
from notifyhub.emulator.faults import PROFILES
from notifyhub.errors import SettingsError
from notifyhub.providers.registry import base_url_of
from notifyhub.server.limits import limited
from notifyhub.settings import Settings, without_secrets
from notifyhub.store import keys
from notifyhub.worker.process import spare_the_collector
from notifyhub_api.app import make_app
from notifyhub_cli.listening import limits_of, listening, must_be_loopback
from notifyhub_cli.stopping import stop_by_signals

FIRST_KEY = "first-key"
ELSEWHERE = "choose another with --host and --port, or NOTIFYHUB_HOST and NOTIFYHUB_PORT"
KEEP_ALIVE_S = 75

_log = logs.logger(__name__)


def serve(settings: Settings, *, worker: bool, emulator: bool) -> None:
    """Serve until SIGTERM or SIGINT, then finish calls under way and stop.

    Raises SettingsError when the address cannot be listened on, StoreUnavailable.
    """
    logs.configure(settings.log_level, settings.log_format)
    if settings.auth == "none":
        must_be_loopback(settings.host)
    with listening(settings.host, settings.port, ELSEWHERE) as listener:
        address = listener.getsockname()[:2]
        settings = settings.model_copy(update={"port": address[1]})
        hub = Hub(settings, worker=worker)
        emulated = _emulator(settings) if emulator else None
        try:
            key = _first_key(hub) if settings.auth == "keys" else None
            app = make_app(hub, [Mount("/emulator", emulated.app)] if emulated else [])
            config = uvicorn.Config(
                app,
                http=limited(limits_of(settings)),
                log_config=None,
                access_log=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                proxy_headers=False,
                server_header=False,
                ws="none",
                lifespan="off",
                timeout_graceful_shutdown=max(1, round(settings.drain_s)),
            )
            _Server(config, hub, emulated, lambda: _welcome(hub, address, key, emulator=emulated is not None)).run(
                [listener]
            )
        finally:
            hub.close()
            if emulated is not None:
                emulated.journal.close()


class _Server(uvicorn.Server):
    """Says that it is ready when it is, and stops delivering before it stops listening."""

    def __init__(self, config: uvicorn.Config, hub: Hub, emulated: Emulator | None, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._hub = hub
        self._emulated = emulated
        self._ready = ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        stop_by_signals(self)
        super().run(sockets=sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()
            spare_the_collector()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._emulated is not None:
            self._emulated.release()
        # In this order, because the calls under way may be to our own emulator.
        await asyncio.to_thread(self._hub.stop_delivering)
        await super().shutdown(sockets=sockets)
        if self._emulated is not None:
            await self._emulated.callbacks.close()


def _emulator(settings: Settings) -> Emulator:
    if settings.emulator_profile not in PROFILES:
        names = ", ".join(PROFILES)
        raise SettingsError(f"NOTIFYHUB_EMULATOR_PROFILE: there is no {settings.emulator_profile!r}; there are {names}")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Emulator(settings.data_dir / "emulator.db", profile=settings.emulator_profile)


def _first_key(hub: Hub) -> str | None:
    """Make the first API key, and keep it in a file that only its owner can read. None when there are keys already."""
    if hub.keys():
        return None
    path = key_file(hub.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # The file comes first: a key that could not be kept would be lost, and no other made at the next start.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        key = hub.create_key("first", ("admin",)).key
        file.write(f"{key}\n")
    return key


def key_file(settings: Settings) -> Path:
    """Where the first key is kept; absolute, because it is shown to people who may be elsewhere."""
    return (settings.data_dir / FIRST_KEY).absolute()


def _kept(hub: Hub) -> bool:
    """Does the file hold a key that still works?"""
    try:
        key = key_file(hub.settings).read_text().strip()
    except (OSError, ValueError):
        return False
    return bool(hub.ask(keys.live([keys.hash_key(key)])).result())


def _welcome(hub: Hub, address: tuple[str, int], key: str | None, *, emulator: bool) -> None:
    settings = hub.settings
    url = settings.effective_emulator_url.removesuffix("/emulator") if emulator else f"http://{address[0]}:{address[1]}"
    # Whoever reads the first line may rely on all being well: nothing that could fail comes after it.
    kept = _kept(hub)
    typer.echo(f"notifyhub listens on {url}")
    for channel in settings.channels():
        kind = "emulated" if settings.is_emulated(channel) else "real    "
        typer.echo(f"  {channel:<9} {kind}  {without_secrets(base_url_of(settings, channel))}")
    if settings.auth == "none":
        typer.echo("\nNo API key is needed (NOTIFYHUB_AUTH=none): everyone on this machine may do everything.")
    elif key:
        typer.echo(f"\nYour API key, shown this once and kept in {key_file(settings)}:\n  {key}")
    elif kept:
        typer.echo(f"\nYour API key is kept in {key_file(settings)}")
    else:
        typer.echo("\nMake an API key:\n  notifyhub key create --name NAME --scope admin")
    shown = key or (f"$(cat {shlex.quote(str(key_file(settings)))})" if kept else "nh_…")
    header = "" if settings.auth == "none" else f'-H "Authorization: Bearer {shown}" '
    _show_first_steps(url, header, emulator=emulator)


def _show_first_steps(url: str, header: str, *, emulator: bool) -> None:
    """Commands that can be copied as they stand: where there is a file, it stands for the key."""
    typer.echo(
        f"\nSend a message:\n  curl -s {url}/api/v1/messages {header}\\\n"
        """    -d '{"text": "Hello", "recipients": [{"telegram": "1067000"}]}'"""
    )
    if emulator:
        typer.echo(f"\nSee what arrived, in a browser or here:\n  {url}/emulator/\n  curl -s {url}/emulator/journal")
