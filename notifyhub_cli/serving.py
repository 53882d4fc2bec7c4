"""`serve`: API, worker, scheduler and emulator in one process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
import uvicorn
from starlette.routing import Mount

from notifyhub import Hub, logs
from notifyhub.emulator.app import Emulator
from notifyhub.emulator.faults import PROFILES
from notifyhub.errors import SettingsError
from notifyhub.providers.registry import base_url_of
from notifyhub.settings import Settings
from notifyhub_api.app import make_app

FIRST_KEY = "first-key"
BACKLOG = 2048
KEEP_ALIVE_S = 75

_log = logs.logger(__name__)


def serve(settings: Settings, *, worker: bool, emulator: bool) -> None:
    """Serve until SIGTERM or SIGINT, then finish calls under way and stop.

    Raises SettingsError when the address cannot be listened on, StoreUnavailable.
    """
    logs.configure(settings.log_level, settings.log_format)
    with listening(settings) as (listener, address):
        settings = settings.model_copy(update={"port": address[1]})
        hub = Hub(settings, worker=worker)
        stage = _emulator(settings) if emulator else None
        try:
            key = _first_key(hub)
            app = make_app(hub, [Mount("/emulator", stage.app)] if stage else [])
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=max(1, round(settings.drain_s)),
            )
            _Server(config, hub, lambda: _welcome(hub, address, key, emulator=stage is not None)).run([listener])
        finally:
            hub.close()
            if stage is not None:
                stage.journal.close()


@contextmanager
def listening(settings: Settings) -> Iterator[tuple[socket.socket, tuple[str, int]]]:
    """A listening socket and its address. It listens before anything starts, so that nobody is refused meanwhile.

    Raises SettingsError.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
        listener.set_inheritable(False)
    except (OSError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"cannot listen on {settings.host}:{settings.port}: {reason} "
            "(choose another with --host and --port, or NOTIFYHUB_HOST and NOTIFYHUB_PORT)"
        ) from None
    try:
        yield listener, listener.getsockname()[:2]
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """Says that it is ready when it is, and stops delivering before it stops listening."""

    def __init__(self, config: uvicorn.Config, hub: Hub, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._hub = hub
        self._ready = ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # Uvicorn raises the signal that stopped it once more at its end; by default that would end the process
        # before the hub is closed.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        super().run(sockets=sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # In this order, because the calls under way may be to our own emulator.
        await asyncio.to_thread(self._hub.stop_delivering)
        await super().shutdown(sockets=sockets)


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
    path = hub.settings.data_dir / FIRST_KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    key = hub.create_key("first", ("admin",)).key
    assert key is not None
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
    return key


def _welcome(hub: Hub, address: tuple[str, int], key: str | None, *, emulator: bool) -> None:
    settings = hub.settings
    url = settings.effective_emulator_url.removesuffix("/emulator") if emulator else f"http://{address[0]}:{address[1]}"
    typer.echo(f"notifyhub listens on {url}")
    for channel in settings.channels():
        kind = "emulated" if settings.channels()[channel].emulated else "real    "
        typer.echo(f"  {channel:<9} {kind}  {base_url_of(settings, channel)}")
    path = settings.data_dir / FIRST_KEY
    if key:
        typer.echo(f"\nYour API key, shown this once and kept in {path}:\n  {key}")
    # In the shell the file stands for the key, so that the line can be copied at every start.
    shown = f"$(cat {path})" if path.exists() and not key else key or "nh_…"
    typer.echo(
        f'\nSend a message:\n  curl -s {url}/api/v1/messages -H "Authorization: Bearer {shown}" \\\n'
        """    -d '{"text": "Hello", "recipients": [{"telegram": "1067000"}]}'"""
    )
    if not key and not path.exists():
        typer.echo("\nMake a key:\n  notifyhub key create --name NAME --scope admin")
    if emulator:
        typer.echo(f"\nSee what arrived:\n  curl -s {url}/emulator/journal")
