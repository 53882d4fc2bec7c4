"""db upgrade, status, check, copy, backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from notifyhub_cli.bar import Bar
from notifyhub_cli.output import AsJson, Exit, leave, say, show_json, show_table, told_in_one_line

if TYPE_CHECKING:
    from notifyhub.store.database import Database

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Manage the database.

    \b
    Examples:
      notifyhub db upgrade
      notifyhub db status
      notifyhub db check
      notifyhub db backup /backups/notifyhub.db
      notifyhub db copy sqlite:///notifyhub-data/notifyhub.db postgresql://me@db/notifyhub
    """


@app.command()
def upgrade(as_json: AsJson = False) -> None:
    """Bring the schema up to date. Safe to run at any time, even twice at once.

    \b
    Example:
      NOTIFYHUB_DATABASE_URL=postgresql://me@db/notifyhub notifyhub db upgrade
    """
    from notifyhub.settings import load
    from notifyhub.store.database import Database

    with told_in_one_line():
        database = Database(load().effective_database_url)
        applied = database.upgrade()
        database.close()
    if as_json:
        show_json({"applied": applied})
    else:
        typer.echo("\n".join(f"applied {name}" for name in applied) or "the schema is up to date")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show which database this is, its schema, its size and how much is in it. Changes nothing.

    \b
    Example:
      notifyhub db status --json

    Exit code 1 if the schema is older or newer than this notifyhub.
    """
    from notifyhub.settings import without_secrets
    from notifyhub.store.inspecting import condition_of

    with told_in_one_line(), _existing() as database:
        found = condition_of(database)
    schema = found.schema
    facts: dict[str, Any] = {
        "url": without_secrets(database.url),
        "engine": found.engine,
        "version": found.version,
        "schema": schema.applied[-1] if schema.applied else None,
        "pending": schema.pending,
        "unknown": schema.unknown,
        "size_bytes": found.size_bytes,
        "rows": found.rows,
    }
    if as_json:
        show_json(facts)
    else:
        rows: list[tuple[str, object]] = [("database", facts["url"]), ("engine", f"{found.engine} {found.version}")]
        rows += [("schema", _schema_in_words(facts)), ("size", f"{found.size_bytes / 2**20:,.1f} MiB")]
        rows += [(f"rows of {table}", f"{number:,}") for table, number in found.rows.items()]
        show_table(("of the store", ""), rows)
    if schema.pending or schema.unknown:
        raise typer.Exit(Exit.FAILED)


def _schema_in_words(facts: dict[str, Any]) -> str:
    if facts["unknown"]:
        return f"newer than this notifyhub, with {', '.join(facts['unknown'])}: use the version that made it so"
    if facts["pending"]:
        return f"older than this notifyhub, without {', '.join(facts['pending'])}: run `notifyhub db upgrade`"
    return f"{facts['schema']}, up to date"


@app.command()
def check(
    quick: Annotated[bool, typer.Option("--quick", help="Only what takes no longer for many rows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the database: its file, its schema, its rows and its counters; exit code 1 if anything is wrong.

    \b
    Examples:
      notifyhub db check
      notifyhub db check --quick

    Works on a store in use and changes nothing. A million deliveries take some seconds.
    """
    from notifyhub.store import inspecting

    found = []
    with told_in_one_line(), _existing() as database:
        for finding in inspecting.check(database, quick=quick):
            found.append(finding)
            if not as_json:
                typer.echo(f"{finding.checked}: {'; '.join(finding.faults) or 'as it should be'}")
    if as_json:
        show_json([{"checked": finding.checked, "faults": list(finding.faults)} for finding in found])
    if any(finding.faults for finding in found):
        raise typer.Exit(Exit.FAILED)


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="sqlite:///PATH or postgresql://…")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; it must be empty, or not be there yet.")],
    as_json: AsJson = False,
) -> None:
    """Copy a store into an empty one, such as from SQLite to PostgreSQL, and prove that both are the same.

    \b
    Example:
      notifyhub db copy sqlite:///notifyhub-data/notifyhub.db postgresql://me@db/notifyhub

    Stop notifyhub first: what happens to the source afterwards is not in the copy. The number of rows and a checksum of
    each table are compared at the end. If the command is interrupted, the target stays empty; simply run it again.
    """
    from notifyhub.store import copying
    from notifyhub.store.database import Database

    with told_in_one_line(), ExitStack() as held:
        read = held.enter_context(_opened(source, "FROM"))
        _refuse_in_use(read, held)
        written = Database(_url(target, "TO"))
        held.callback(written.close)
        number = copying.total(read) if not read.schema().pending else 0
        with Bar("copying and comparing", 2 * number) as bar:
            done = copying.copy(read, written, bar)
    if as_json:
        show_json([one._asdict() for one in done])
        return
    show_table(("table", "rows", "checksum"), [(one.table, f"{one.rows:,}", one.checksum) for one in done])
    rows = sum(one.rows for one in done)
    typer.echo(f"{rows:,} rows of {len(done)} tables are the same in both stores")
    typer.echo("set NOTIFYHUB_DATABASE_URL to the new one before you start notifyhub again")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.", dir_okay=False)], as_json: AsJson = False
) -> None:
    """Back up a SQLite database while it is in use, and verify the backup.

    \b
    Example:
      notifyhub db backup /backups/notifyhub-2026-12-01.db

    To restore it, stop notifyhub and put the file in the place of the database (without its -wal and -shm files).
    """
    from notifyhub.settings import without_secrets
    from notifyhub.store.backups import back_up
    from notifyhub.store.database import sqlite_path

    with told_in_one_line(), _existing() as database:
        if database.engine != "sqlite":
            url = without_secrets(database.url)
            leave(Exit.BAD_INPUT, f"{url} is PostgreSQL: back it up with `pg_dump --format=custom --file={file}`")
        path = sqlite_path(database.url)
        with Bar(file.name, path.stat().st_size) as bar:

            def progress(pages: int, of: int) -> None:
                if bar is not None:
                    bar(path.stat().st_size * pages // max(1, of))

            size = back_up(path, file, progress)
    if as_json:
        show_json({"file": str(file), "size_bytes": size})
    else:
        typer.echo(f"backed up {path} to {file} ({size / 2**20:,.1f} MiB), and verified it")


@contextmanager
def _existing() -> Iterator[Database]:
    """The store of the settings. One that is not there is not made: that is said."""
    from notifyhub.settings import load

    with _opened(load().effective_database_url, "NOTIFYHUB_DATABASE_URL") as database:
        yield database


@contextmanager
def _opened(url: str, name: str) -> Iterator[Database]:
    from notifyhub.store.database import Database, sqlite_path

    if _url(url, name).startswith("sqlite") and not sqlite_path(url).exists():
        leave(Exit.NOT_FOUND, f"{name}: there is no file {sqlite_path(url)}; `notifyhub db upgrade` makes a new store")
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _url(url: str, name: str) -> str:
    from notifyhub.settings import without_secrets

    if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        shown = without_secrets(url)
        leave(Exit.BAD_INPUT, f"{name}: must be sqlite:///PATH or postgresql://…, this is {shown}")
    return url


def _refuse_in_use(source: Database, held: ExitStack) -> None:
    """As long as a process delivers from the source, the copy would miss what it does."""
    from notifyhub.store.database import sqlite_path
    from notifyhub.worker.lock import PumpLock

    if source.engine != "sqlite":
        say("make sure that no process of notifyhub uses the source: it is copied as it is now")
        return
    lock = PumpLock.of(sqlite_path(source.url))
    if not lock.take():
        leave(Exit.FAILED, "FROM: a process of notifyhub is using this store: stop it first, then copy")
    held.callback(lock.release)
