"""serve, api, worker, scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.output import Exit, leave, told_in_one_line

if TYPE_CHECKING:
    from notifyhub.settings import Settings


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


def api(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one [default: 8000].")] = None,
    workers: Annotated[
        int, typer.Option(help="How many processes; more than one needs PostgreSQL.", min=1, max=64)
    ] = 1,
    listener: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run only the API; `notifyhub worker` delivers what it accepts.

    \b
    On SIGHUP several processes are replaced one after another, and no request is refused.

    \b
    Example:
      NOTIFYHUB_BROKER_URL=redis://localhost:6379/0 notifyhub api --port 8000 --workers 2
    """
    from notifyhub.settings import load

    given: dict[str, Any] = {"host": host, "port": port}
    with told_in_one_line():
        settings = load(**{name: value for name, value in given.items() if value is not None})
        _needs_a_shared_queue(settings, "api")
        if settings.uses_sqlite and workers > 1:
            leave(Exit.BAD_INPUT, "--workers: several API processes need PostgreSQL: set NOTIFYHUB_DATABASE_URL")
        from notifyhub_cli import api_server

        if listener is not None:
            api_server.serve_on(settings, listener)
        else:
            api_server.serve_api(settings, workers)


def worker(
    processes: Annotated[
        int, typer.Option(help="How many workers; more than one needs PostgreSQL.", min=1, max=64)
    ] = 1,
    channels: Annotated[
        str | None, typer.Option(help="Channels to deliver, comma-separated [default: NOTIFYHUB_WORKER_CHANNELS].")
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            help="Calls at a time for each channel [default: NOTIFYHUB_<CHANNEL>_CONCURRENCY].", min=1, max=10_000
        ),
    ] = None,
) -> None:
    """Run workers that deliver the messages other processes have accepted.

    \b
    Examples:
      NOTIFYHUB_BROKER_URL=redis://localhost:6379/0 notifyhub worker
      notifyhub worker --processes 2 --channels telegram,viber --concurrency 100
    """
    from notifyhub.settings import load

    with told_in_one_line():
        settings = load() if channels is None else load(worker_channels=channels)
        if settings.uses_sqlite and processes > 1:
            leave(Exit.BAD_INPUT, "--processes: SQLite allows one worker at a time; use PostgreSQL for more")
        if concurrency is not None:
            settings = settings.with_concurrency(concurrency)
        from notifyhub_cli import workers

        if processes > 1:
            workers.supervise(settings, processes, channels, concurrency)
        else:
            workers.work(settings)


def scheduler() -> None:
    """Run the sweeps: deferred messages, retries, mailings, clean-up. Workers do it where no scheduler runs.

    \b
    Any number may run; one at a time leads, and another follows within seconds when it dies.

    \b
    Example:
      NOTIFYHUB_DATABASE_URL=postgresql://… NOTIFYHUB_BROKER_URL=redis://localhost:6379/0 notifyhub scheduler
    """
    from notifyhub.settings import load

    with told_in_one_line():
        settings = load()
        if settings.uses_sqlite:
            leave(Exit.BAD_INPUT, "scheduler needs PostgreSQL: with SQLite, the process that delivers runs the sweeps")
        _needs_a_shared_queue(settings, "scheduler")
        from notifyhub_cli import workers

        workers.schedule(settings)


def _needs_a_shared_queue(settings: Settings, command: str) -> None:
    if settings.uses_memory_broker:
        leave(
            Exit.BAD_INPUT,
            f"{command} needs a queue that other processes can reach: "
            "set NOTIFYHUB_BROKER_URL to redis://… or amqp://…, or run `notifyhub serve`, which needs none",
        )


def register(app: typer.Typer) -> None:
    for command in (serve, api, worker, scheduler):
        app.command()(command)
