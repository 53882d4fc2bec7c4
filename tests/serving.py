"""An ASGI application on a free port, for as long as a test needs it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from notifyhub.server.limits import NO_TYPES, Limits, limited
from notifyhub.server.threaded import ThreadedServer


@contextmanager
def running(
    app: Any, host: str = "127.0.0.1", limits: Limits | None = None, types: Mapping[int, str] = NO_TYPES
) -> Iterator[int]:
    """Serve `app` in a thread; gives the port."""
    http: Any = "auto" if limits is None else limited(limits, types)
    config = uvicorn.Config(app, access_log=False, log_config=None, timeout_keep_alive=75, http=http)
    with socket.create_server((host, 0)) as listener:
        server = ThreadedServer(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert server.ready.wait(30)
        try:
            yield listener.getsockname()[1]
        finally:
            server.stop()
            thread.join()
