"""A worker run by Dramatiq itself: `dramatiq notifyhub.worker.main`.

Each process needs a thread for every channel, which Dramatiq's default of 8 covers.
"""

from __future__ import annotations

import dramatiq
from dramatiq.middleware import Middleware

from notifyhub import logs
from notifyhub.errors import NotifyhubError, SettingsError
from notifyhub.hub.core import Core
from notifyhub.queue import BellBroker
from notifyhub.settings import load
from notifyhub.worker.heartbeat import Heartbeat
from notifyhub.worker.process import spare_the_collector


class _Closing(Middleware):
    """Closes the hub after the last bell has been answered."""

    def __init__(self, core: Core, heartbeat: Heartbeat) -> None:
        self._core = core
        self._heartbeat = heartbeat

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._heartbeat.stop()
        self._core.close()


def _open() -> BellBroker:
    settings = load()
    if settings.uses_memory_broker:
        raise SettingsError("NOTIFYHUB_BROKER_URL: `dramatiq notifyhub.worker.main` needs redis://… or amqp://…")
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file, "worker")
    core = Core(settings, worker=True)
    opened = core.open_for_dramatiq()
    heartbeat = Heartbeat(settings.data_dir, "worker", core.moves)
    opened.add_middleware(_Closing(core, heartbeat))
    heartbeat.start()
    dramatiq.set_broker(opened)
    spare_the_collector()
    return opened


try:
    broker = _open()
except NotifyhubError as error:
    # Dramatiq would show a traceback of what is only a wrong setting.
    raise SystemExit(f"notifyhub: {error}") from None
