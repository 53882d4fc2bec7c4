"""A listening socket, or one line that says why there is none."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from notifyhub.errors import SettingsError
from notifyhub.server.limits import Limits
from notifyhub.settings import Settings

BACKLOG = 2048
OTHER_FILES = 2048
"""Open files of a process that are no connections of its clients: databases, pages, its own calls to messengers."""


@contextmanager
def listening(host: str, port: int, advice: str) -> Iterator[socket.socket]:
    """A listening socket. It listens before anything starts, so that nobody is refused meanwhile.

    Raises SettingsError, which ends with `advice`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.set_inheritable(False)
    except (OSError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"cannot listen on {host}:{port}: {reason} ({advice})") from None
    try:
        yield listener
    finally:
        listener.close()


def limits_of(settings: Settings) -> Limits:
    """What clients may keep us waiting for, with as many files allowed to this process as that takes."""
    _allow_files(settings.max_connections + OTHER_FILES)
    return Limits(settings.head_timeout_s, settings.body_timeout_s, settings.max_connections)


def _allow_files(wanted: int) -> None:
    """A process that has used up its files can accept nobody: worse than turning some away."""
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
    """Raises SettingsError unless `host` stands for this very machine and nothing else."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        found = set()
    if not found or not all(ipaddress.ip_address(address).is_loopback for address in found):
        raise SettingsError(
            f"NOTIFYHUB_AUTH: none is for a loopback address only, and {host} is not one; "
            "set NOTIFYHUB_HOST=127.0.0.1 or NOTIFYHUB_AUTH=keys"
        )
