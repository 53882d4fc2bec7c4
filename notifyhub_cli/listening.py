"""Opens a listening socket, or says in one line why it cannot."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from notifyhub.errors import SettingsError
from notifyhub.server.limits import Limits
from notifyhub.settings import Settings

BACKLOG = 2048
OTHER_FILES = 2048
"""Open files of a process other than client connections: databases, pages, its own calls to messengers."""


@contextmanager
def listening(host: str, port: int, advice: str, *, shared: bool = False) -> Iterator[socket.socket]:
    """A listening socket. It is opened before anything else starts, so that no early client is refused.

    With `shared`, `listening_beside` can open more of them.

    Raises SettingsError, whose text ends with `advice`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if shared:
            # A shared port can be taken by two installations at once, so it is first asked for by itself.
            with _bound(family, (host, port)) as alone:
                port = alone.getsockname()[1]
        listener = _bound(family, (host, port), shared=shared)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"cannot listen on {host}:{port}: {reason} ({advice})") from None
    with listener:
        yield listener


def listening_beside(listener: socket.socket) -> socket.socket:
    """One more socket at the address of a shared one: the system shares connections out among them."""
    return _bound(listener.family, listener.getsockname(), shared=True)


def _bound(family: socket.AddressFamily, address: tuple[Any, ...], *, shared: bool = False) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, UnicodeError):
        listener.close()
        raise
    return listener


def limits_of(settings: Settings) -> Limits:
    """The limits on clients; also raises this process's limit of open files to match."""
    _allow_files(settings.max_connections + OTHER_FILES)
    return Limits(settings.head_timeout_s, settings.body_timeout_s, settings.max_connections)


def _allow_files(wanted: int) -> None:
    """A process that has run out of files can accept nobody, which is worse than turning some away."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != now < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )


def must_be_loopback(host: str) -> None:
    """Raises SettingsError unless `host` resolves to this machine only."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        found = set()
    if not found or not all(ipaddress.ip_address(address).is_loopback for address in found):
        raise SettingsError(
            f"NOTIFYHUB_AUTH: none is allowed only on a loopback address, and {host} is not one; "
            "set NOTIFYHUB_HOST=127.0.0.1 or NOTIFYHUB_AUTH=keys"
        )
