"""`worker` and `scheduler`: processes without a port."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from subprocess import Popen

from notifyhub import Hub, logs
from notifyhub.hub import core_of
from notifyhub.settings import Settings
from notifyhub.worker.heartbeat import Heartbeat
from notifyhub.worker.process import spare_the_collector
from notifyhub_cli import parent, readiness
from notifyhub_cli.crash_reports import report_crashes
from notifyhub_cli.metrics_shown import shown_by, shown_together
from notifyhub_cli.starting import started
from notifyhub_cli.supervisor import Supervisor, start_command

LOOK_S = 1.0

_log = logs.logger(__name__)


def work(settings: Settings) -> None:
    """Deliver until SIGTERM or SIGINT, then finish the calls in progress. Raises SettingsError, StoreUnavailable."""
    _configure(settings, "worker")
    stopped = _stopped_by_signals()
    report_crashes(settings, "worker")
    with started(Hub(settings, worker=True)) as hub, shown_by(hub, "worker"):
        core = core_of(hub)
        _log.info("worker is %s", "delivering" if core.pumping else "standing by")
        with Heartbeat(settings.data_dir, "worker", core.moves):
            _wait(stopped)


def schedule(settings: Settings) -> None:
    """Run the sweeps until SIGTERM or SIGINT. Raises SettingsError, StoreUnavailable."""
    _configure(settings, "scheduler")
    stopped = _stopped_by_signals()
    report_crashes(settings, "scheduler")
    with started(Hub(settings, worker=False)) as hub, shown_by(hub, "scheduler"):
        sweeper = core_of(hub).start_sweeping()
        _log.info("scheduler is %s", "leading" if sweeper.leads else "standing by")
        with Heartbeat(settings.data_dir, "scheduler", sweeper.moves):
            _wait(stopped)


def supervise(settings: Settings, processes: int, channels: str | None, concurrency: int | None) -> None:
    """Keep so many workers running. SIGHUP replaces them, one after another."""
    _configure(settings, "workers")
    given = {"--channels": channels, "--concurrency": concurrency}
    arguments = [f"{name}={value}" for name, value in given.items() if value is not None]

    def start(place: int, environment: Mapping[str, str]) -> Popen[bytes]:
        return start_command(["worker", *arguments], environment)

    with shown_together(settings) as shared:
        supervisor = Supervisor("worker", processes, start, settings.drain_s, shared)
        supervisor.run(lambda: _log.info("%d workers run", processes))


def _configure(settings: Settings, process: str) -> None:
    logs.configure(settings.log_level, settings.log_format, settings.effective_log_file, process)


def _stopped_by_signals() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _wait(stopped: threading.Event) -> None:
    spare_the_collector()
    parent.stop_with_it()
    readiness.tell(readiness.READY)
    # Not in one piece: a signal that another thread gets, as it may after a SIGCONT, wakes nobody here.
    while not stopped.wait(LOOK_S):
        pass
    readiness.tell(readiness.STOPPING)
