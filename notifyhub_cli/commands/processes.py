"""serve, worker."""

from __future__ import annotations

import signal
import threading
from typing import Annotated, Any

import typer

from notifyhub_cli.output import Exit, leave, told_in_one_line


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one [default: 8000].")] = None,
    worker: Annotated[bool, typer.Option(help="Also deliver messages in this process.")] = True,
    emulator: Annotated[
        bool | None,
        typer.Option(
            "--emulator/--no-emulator",
            help="Serve the emulator under /emulator [default: only if no other machine can reach the address].",
        ),
    ] = None,
) -> None:
    """Run the API, worker, scheduler and emulator in one process.

    \b
    Example:
      notifyhub serve --port 9000
    """
    from notifyhub.settings import load

    given: dict[str, Any] = {"host": host, "port": port}
    with told_in_one_line():
        settings = load(**{name: value for name, value in given.items() if value is not None})
        if settings.uses_memory_broker and not worker:
            leave(Exit.BAD_INPUT, "--no-worker needs a queue that other processes can reach: set NOTIFYHUB_BROKER_URL")
        from notifyhub_cli import serving

        serving.serve(settings, worker=worker, emulator=emulator)


def worker(
    processes: Annotated[
        int, typer.Option(help="How many workers; more than one needs PostgreSQL.", min=1, max=64)
    ] = 1,
) -> None:
    """Run workers that deliver the messages other processes have accepted.

    \b
    Example:
      NOTIFYHUB_BROKER_URL=redis://localhost:6379/0 notifyhub worker
    """
    from notifyhub.settings import load

    with told_in_one_line():
        settings = load()
        if settings.uses_sqlite and processes > 1:
            leave(Exit.BAD_INPUT, "--processes: SQLite allows one worker at a time; use PostgreSQL for more")
        if processes > 1:
            from notifyhub_cli import supervisor

            supervisor.supervise(processes, settings)
            return
        from notifyhub import Hub, logs
        from notifyhub.hub import core_of
        from notifyhub.worker.process import spare_the_collector
        from notifyhub_cli.crash_reports import report_crashes
        from notifyhub_cli.metrics_shown import shown_by, telling_others

        logs.configure(settings.log_level, settings.log_format, settings.effective_log_file, "worker")
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        report_crashes(settings, "worker")
        with telling_others(settings, "worker"), Hub(settings, worker=True) as hub, shown_by(hub, "worker"):
            logs.logger(__name__).info("worker is %s", "delivering" if core_of(hub).pumping else "standing by")
            spare_the_collector()
            stopped.wait()


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(worker)
