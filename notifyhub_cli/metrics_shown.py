"""How the processes of a command show their metrics: on a port, and to each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from notifyhub import Hub, logs
from notifyhub.errors import SettingsError
from notifyhub.hub import core_of
from notifyhub.metrics import sharing
from notifyhub.settings import Settings, environment_of_child
from notifyhub_cli.metrics_server import showing

SUPERVISOR = "supervisor"

_log = logs.logger(__name__)


def environment_with(folder: Path) -> dict[str, str]:
    """The environment of a process that tells what it counts in `folder`. Its parent has the port."""
    return environment_of_child(metrics_folder=folder, metrics_port=None)


@contextmanager
def shown_together(settings: Settings) -> Iterator[dict[str, str]]:
    """For the parent of several processes: show what they all count. Gives the environment to start them with.

    Raises SettingsError.
    """
    with ExitStack() as open_:
        folder = settings.metrics_folder or open_.enter_context(sharing.prepare_folder())
        if settings.metrics_port is not None:
            hub = Hub(settings.model_copy(update={"metrics_folder": folder}), worker=False)
            open_.callback(hub.close)
            open_.enter_context(_on_the_port(hub, SUPERVISOR))
        yield environment_with(folder)


@contextmanager
def shown_by(hub: Hub, role: str) -> Iterator[None]:
    """Show what this process counts: on the port for metrics, and to others of this machine, as far as they are set.

    Raises SettingsError.
    """
    with telling_others(hub.settings, role), _on_the_port(hub, role):
        yield


@contextmanager
def telling_others(settings: Settings, role: str) -> Iterator[None]:
    """Tell what this process counts to the others of this machine, if there is a folder for that.

    Raises SettingsError.
    """
    if settings.metrics_folder is None:
        yield
        return
    with ExitStack() as open_:
        try:
            open_.enter_context(sharing.telling(settings.metrics_folder, role))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsError(f"NOTIFYHUB_METRICS_FOLDER: {settings.metrics_folder}: {reason}") from None
        yield


@contextmanager
def _on_the_port(hub: Hub, role: str) -> Iterator[None]:
    metering, settings = core_of(hub).metering, hub.settings
    metering.role = role
    if settings.metrics_port is None:
        yield
        return
    with showing(settings.metrics_host, settings.metrics_port, metering.text) as (host, port):
        _log.info("metrics are at http://%s:%d/metrics", f"[{host}]" if ":" in host else host, port)
        yield
