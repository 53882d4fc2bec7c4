"""What commands act on: the database from the settings, or a running service (`--url`, `--key`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifyhub import Hub

FINISH_DUE_S = 5.0
PATIENCE_S = 10.0
"""Seconds for which a call is tried again; somebody waits at a terminal."""


@dataclass(slots=True)
class Target:
    """The service given by `--url`, if any; set once, before a command runs."""

    url: str | None = None
    key: str | None = None


TARGET = Target()


@contextmanager
def reading() -> Iterator[Any]:
    """A hub or a client of the service, for commands that only read, or change what others deliver."""
    if TARGET.url is not None:
        with _client(TARGET.url) as client:
            yield client
        return
    with own() as hub:
        yield hub


@contextmanager
def own() -> Iterator[Hub]:
    """A hub on this machine's database that does not deliver, whatever service is given."""
    from notifyhub import Hub

    with _told(Hub(worker=False)) as hub:
        yield hub


@contextmanager
def sending() -> Iterator[Any]:
    """A client of the service, or a hub that delivers if no other does and finishes what is due."""
    if TARGET.url is not None:
        with _client(TARGET.url) as client:
            yield client
        return
    from notifyhub import Hub

    hub = _told(Hub())
    try:
        yield hub
    finally:
        hub.close(finish_due_s=FINISH_DUE_S)


def _told(hub: Hub) -> Hub:
    """The same hub. What it does goes to the log file, with what services do to the same store."""
    from secrets import token_hex

    from notifyhub import logs

    # So that what one command did is found together.
    logs.REQUEST_ID.set(f"cli-{token_hex(8)}")
    logs.keep(hub.settings.log_level, hub.settings.effective_log_file)
    return hub


def _client(url: str) -> Any:
    from notifyhub.client import Client

    return Client(url, TARGET.key, patience_s=PATIENCE_S)
