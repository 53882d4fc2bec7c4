"""serve, worker, emulator."""

from __future__ import annotations

import signal
import sqlite3
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from notifyhub.settings import load
from notifyhub_cli.listening import listening
from notifyhub_cli.output import Exit, leave, told_in_one_line


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one [default: 8000].")] = None,
    worker: Annotated[bool, typer.Option(help="Deliver in this process too.")] = True,
    emulator: Annotated[bool, typer.Option(help="Serve the emulator under /emulator.")] = True,
) -> None:
    """Run API, worker, scheduler and emulator in one process.

    \b
    Example:
      notifyhub serve --port 9000
    """
    given: dict[str, Any] = {"host": host, "port": port}
    with told_in_one_line():
        settings = load(**{name: value for name, value in given.items() if value is not None})
        if settings.uses_memory_broker and not worker:
            leave(Exit.BAD_INPUT, "--no-worker needs a queue that other processes can reach: set NOTIFYHUB_BROKER_URL")
        from notifyhub_cli import serving

        serving.serve(settings, worker=worker, emulator=emulator)


def worker(
    processes: Annotated[int, typer.Option(help="How many; more than one needs PostgreSQL.", min=1, max=64)] = 1,
) -> None:
    """Run workers that deliver, for a queue that other processes ring.

    \b
    Example:
      NOTIFYHUB_BROKER_URL=redis://localhost:6379/0 notifyhub worker
    """
    with told_in_one_line():
        settings = load()
        if settings.uses_sqlite and processes > 1:
            leave(Exit.BAD_INPUT, "--processes: SQLite has one worker at a time; use PostgreSQL for more")
        if processes > 1:
            from notifyhub_cli import supervisor

            supervisor.supervise(processes, settings)
            return
        from notifyhub import Hub, logs
        from notifyhub.worker.process import spare_the_collector

        logs.configure(settings.log_level, settings.log_format)
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        with Hub(settings, worker=True) as hub:
            logs.logger(__name__).info("worker is %s", "delivering" if hub.pumping else "standing by")
            spare_the_collector()
            stopped.wait()


def emulator(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8090,
    journal: Annotated[Path | None, typer.Option(help="SQLite file of the journal; none keeps it in memory.")] = None,
    profile: Annotated[str, typer.Option(help="none, original-task or real-limits.")] = "none",
    seed: Annotated[int | None, typer.Option(help="Makes its chances repeatable.")] = None,
    limits: Annotated[str, typer.Option(help="real enforces the messengers' rate limits; off does not.")] = "off",
    strictness: Annotated[str, typer.Option(help="real asks of bots what the messengers do; or lenient.")] = "lenient",
) -> None:
    """Run only the emulator of the messengers.

    \b
    Example:
      notifyhub emulator --port 8090 --profile original-task
    """
    from notifyhub import logs
    from notifyhub.emulator import main
    from notifyhub.emulator.app import Emulator
    from notifyhub.emulator.faults import PROFILES
    from notifyhub.emulator.limits import LIMITS_PROFILES
    from notifyhub.emulator.strictness import PROFILES as STRICTNESS
    from notifyhub_cli.stopping import stop_by_signals

    if profile not in PROFILES:
        leave(Exit.BAD_INPUT, f"--profile: there is no {profile!r}; there are {', '.join(PROFILES)}")
    if limits not in LIMITS_PROFILES:
        leave(Exit.BAD_INPUT, f"--limits: there is no {limits!r}; there are {', '.join(LIMITS_PROFILES)}")
    if strictness not in STRICTNESS:
        leave(Exit.BAD_INPUT, f"--strictness: there is no {strictness!r}; there are {', '.join(STRICTNESS)}")
    with told_in_one_line():
        settings = load()
        logs.configure(settings.log_level, settings.log_format)
        with listening(host, port, "choose another with --host and --port") as listener:
            emulator = Emulator(journal, profile=profile, seed=seed, limits=limits, strictness=strictness)
            try:
                emulator.journal.open()
            except sqlite3.Error as error:
                leave(Exit.UNAVAILABLE, f"--journal: {journal} cannot be used: {error}")
            server = main.server(emulator)
            stop_by_signals(server)
            typer.echo("emulator listens on http://{}:{}".format(*listener.getsockname()[:2]))
            server.run([listener])


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(worker)
    app.command()(emulator)
