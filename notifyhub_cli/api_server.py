"""`api`: the REST API without a worker, in one process or in several on one port."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from subprocess import Popen

from notifyhub import Hub, logs
from notifyhub.hub import core_of
from notifyhub.server.draining import IDLE_S
from notifyhub.settings import Settings
from notifyhub_api.app import make_app
from notifyhub_api.auth import Authenticator
from notifyhub_cli import parent
from notifyhub_cli.crash_reports import report_crashes
from notifyhub_cli.dashboard_door import door_without_link
from notifyhub_cli.first_key import first_key
from notifyhub_cli.http_server import HttpServer
from notifyhub_cli.listening import listening, listening_beside, must_be_loopback
from notifyhub_cli.metrics_shown import shown_by, shown_together
from notifyhub_cli.serving import ELSEWHERE
from notifyhub_cli.starting import started
from notifyhub_cli.supervisor import Supervisor, start_command
from notifyhub_cli.welcome import welcome


def serve_api(settings: Settings, processes: int) -> None:
    """Serve until SIGTERM or SIGINT, then answer the requests in progress and stop.

    Several processes are replaced one after another on SIGHUP, without refusing anybody.

    Raises SettingsError when it cannot listen on the address, StoreUnavailable.
    """
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file, "api")
    if settings.auth == "none":
        must_be_loopback(settings.host)
    with _listeners(settings, processes) as listeners:
        address = listeners[0].getsockname()[:2]
        settings = settings.model_copy(update={"port": address[1]})
        with started(Hub(settings, worker=False)) as hub:
            key = first_key(hub) if settings.auth == "keys" else None
            say = partial(welcome, hub, address, key, None, door_without_link(hub))
            if processes == 1:
                _serve_here(hub, listeners[0], say)
            else:
                _supervise(hub, listeners, say)


def serve_on(settings: Settings, descriptor: int) -> None:
    """In a process of `serve_api`: serve on its listening socket."""
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file, "api")
    parent.stop_with_it()
    with socket.socket(fileno=descriptor) as listener, started(Hub(settings, worker=False)) as hub:
        _serve_here(hub, listener, lambda: None)


def _serve_here(hub: Hub, listener: socket.socket, say: Callable[[], None]) -> None:
    report_crashes(hub.settings, "api")
    app = make_app(hub, [], authenticator=Authenticator(core_of(hub)))
    with shown_by(hub, "api"):
        HttpServer(app, hub.settings, say).run([listener])


def _supervise(hub: Hub, listeners: list[socket.socket], say: Callable[[], None]) -> None:
    def start(place: int, environment: Mapping[str, str]) -> Popen[bytes]:
        descriptor = listeners[place].fileno()
        return start_command(["api", "--listener", str(descriptor)], environment, [descriptor])

    def ready() -> None:
        say()
        hub.close()

    grace_s = hub.settings.drain_s + IDLE_S
    with shown_together(hub.settings) as shared:
        Supervisor("api", len(listeners), start, grace_s, shared).run(ready)


@contextmanager
def _listeners(settings: Settings, processes: int) -> Iterator[list[socket.socket]]:
    """A listening socket for each process.

    They stay open here, so connections that nobody has accepted yet wait for the process that comes next. Linux shares
    the connections out evenly among sockets; elsewhere, all processes accept from one.
    """
    with ExitStack() as stack:
        apart = processes > 1 and sys.platform == "linux"
        first = stack.enter_context(listening(settings.host, settings.port, ELSEWHERE, shared=apart))
        if not apart:
            yield [first] * processes
            return
        yield [first, *(stack.enter_context(listening_beside(first)) for _ in range(processes - 1))]
