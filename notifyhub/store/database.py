"""One database: SQLite or PostgreSQL by URL, one writer thread, a few reader threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from time import sleep
from typing import Any, Literal, NamedTuple, TypeVar

import peewee
from playhouse.migrations import Runner

from notifyhub import logs
from notifyhub.errors import SettingsError, StoreUnavailable
from notifyhub.store import sqlite_functions
from notifyhub.store.rows import run
from notifyhub.store.sqlite import Sqlite, in_use
from notifyhub.store.trouble import cannot_open, failed, is_locked
from notifyhub.store.writer import Job, Writer

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")

Engine = Literal["sqlite", "postgresql"]

MIGRATIONS = Path(__file__).with_name("migrations")
READERS = 4
WAL_TRIES = 200
WAL_PAUSE_S = 0.05
_UPGRADE_LOCK = 7_301_904_455  # any number that nobody else takes: pg_advisory_lock's key space is shared

# Parameters of libpq: who has not heard of the server for 20 seconds, although it should answer, need not wait longer.
_NOTICE_A_DEAD_NETWORK: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}

_log = logs.logger(__name__)

SQLITE_PRAGMAS = {
    # Group commit makes a durable commit cost next to nothing (docs/architecture.md has the figures).
    "synchronous": "full",
    "busy_timeout": 10_000,
    "cache_size": -8_000,
    # A page that many commits change is copied into the database once, not each time: a quarter more rows a second.
    "wal_autocheckpoint": 8_000,
    "temp_store": "memory",
}


class Schema(NamedTuple):
    """Names of migrations, in their order.

    unknown  applied by a newer notifyhub than this one
    """

    applied: list[str]
    pending: list[str]
    unknown: list[str]


class Database:
    """Reads and writes of one store. Opens lazily; safe to use from any thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = "sqlite" if url.startswith("sqlite") else "postgresql"
        self._peewee = _connect_sqlite(url) if self.engine == "sqlite" else _connect_postgres(url)
        self._lock = threading.Lock()
        self._writer: Writer | None = None
        self._questions: SimpleQueue[tuple[Future[Any], Callable[[peewee.Database], Any]] | None] = SimpleQueue()
        self._readers: list[threading.Thread] = []
        self._closed = False

    def write(self, job: Job[I, R], item: I) -> Future[R]:
        """Do `job` to `item` durably; fulfilled after the commit (see `store.writer`)."""
        if self._writer is None:
            with self._lock:
                self._writer = self._writer or Writer(self._peewee)
        return self._writer.submit(job, item)

    def read(self, question: Callable[[peewee.Database], R]) -> Future[R]:
        """Run a query on a reader thread. Fails with StoreUnavailable if the database does, and when it is closed."""
        if not self._readers:
            self._start_readers()
        future: Future[R] = Future()
        self._questions.put((future, question))
        if self._closed:
            self._refuse_questions()
        return future

    def read_small(self, question: Callable[[peewee.Database], R]) -> Future[R]:
        """Run a query that is faster than a change of threads: on SQLite it runs on the calling thread."""
        if self.engine != "sqlite":
            return self.read(question)
        future: Future[R] = Future()
        self._fulfil(future, question)
        return future

    @contextmanager
    def connected(self, does: str | None = None) -> Iterator[peewee.Database]:
        """A connection of the calling thread, for long work that is neither a job of the writer nor a question.

        Raises StoreUnavailable with what it `does`, as in "check the database"; None: it opens the database.
        """
        try:
            with in_use(self._peewee), self._peewee.connection_context():
                yield self._peewee
        except peewee.PeeweeException as error:
            raise (cannot_open(self.url, error) if does is None else failed(f"cannot {does}", error)) from error

    def upgrade(self) -> list[str]:
        """Upgrade the schema; safe if several processes do it at once. Returns the applied migrations.

        Raises StoreUnavailable if the database cannot be reached.
        """
        with self.connected():
            applied = self._upgrade()
        if ahead := self.schema().unknown:
            # As in a rolling upgrade: new schemas are made so that the version before can use them.
            _log.warning("the schema is newer than this version of notifyhub, which lacks %s", ", ".join(ahead))
        return applied

    def schema(self) -> Schema:
        """Which migrations are applied. Raises StoreUnavailable."""
        with self.connected() as opened:
            return schema_of(opened)

    def pending_migrations(self) -> list[str]:
        """Names of the migrations that are not applied yet. Raises StoreUnavailable."""
        return self.schema().pending

    def close(self) -> None:
        """Finish the submitted writes and close all connections."""
        self._closed = True
        with self._lock:
            if self._writer is not None:
                self._writer.close()
            for _ in self._readers:
                self._questions.put(None)
            for reader in self._readers:
                reader.join()
            self._readers.clear()
            self._peewee.close()  # this thread's, of small questions

    def _upgrade(self) -> list[str]:
        if self.engine == "sqlite":
            _keep_a_write_ahead_log(self._peewee)
            with self._peewee.atomic("EXCLUSIVE"):
                return list(Runner(self._peewee, str(MIGRATIONS)).up())
        run(self._peewee, "SELECT pg_advisory_lock(?)", _UPGRADE_LOCK)
        try:
            return list(Runner(self._peewee, str(MIGRATIONS)).up())
        finally:
            run(self._peewee, "SELECT pg_advisory_unlock(?)", _UPGRADE_LOCK)

    def _start_readers(self) -> None:
        with self._lock:
            while len(self._readers) < READERS and not self._closed:
                name = f"notifyhub-reader-{len(self._readers)}"
                reader = threading.Thread(target=self._answer, name=name, daemon=True)
                reader.start()
                self._readers.append(reader)

    def _refuse_questions(self) -> None:
        """Who asks while the store closes is told so: nobody is left who would answer."""
        with self._lock, suppress(Empty):
            while True:
                if (entry := self._questions.get_nowait()) is not None:
                    entry[0].set_exception(StoreUnavailable("the store is closed"))

    def _answer(self) -> None:
        while (entry := self._questions.get()) is not None:
            self._fulfil(*entry)
        self._peewee.close()

    def _fulfil(self, future: Future[Any], question: Callable[[peewee.Database], Any]) -> None:
        try:
            with in_use(self._peewee):
                answer = self._ask(question)
            future.set_result(answer)
        except peewee.PeeweeException as error:
            self._peewee.close()
            future.set_exception(failed("the database did not answer", error))
        except BaseException as error:
            future.set_exception(error)

    def _ask(self, question: Callable[[peewee.Database], R]) -> R:
        try:
            self._peewee.connect(reuse_if_open=True)
            return question(self._peewee)
        except (peewee.OperationalError, peewee.InterfaceError):
            # The server may have been restarted; a query may be repeated.
            self._peewee.close()
            self._peewee.connect()
            return question(self._peewee)


def schema_of(database: peewee.Database) -> Schema:
    """Query: which migrations are applied."""
    status = Runner(database, str(MIGRATIONS)).status()
    return Schema(
        applied=[migration.name for migration in status if migration.applied is not None],
        pending=[migration.name for migration in status if migration.applied is None],
        unknown=[migration.name for migration in status if migration.path is None],
    )


def sqlite_path(url: str) -> Path:
    """The file of a sqlite:/// URL: three slashes before a relative path, four before an absolute one.

    Raises SettingsError for a database that would not outlive its process.
    """
    path = url.removeprefix("sqlite://").removeprefix("/")
    if not path or path == ":memory:":
        raise SettingsError("NOTIFYHUB_DATABASE_URL: SQLite needs a file, such as sqlite:///notifyhub.db")
    return Path(path)


def _keep_a_write_ahead_log(database: peewee.Database) -> None:
    """With it, readers and the writer do not wait for each other. The file remembers it, so it is set once.

    SQLite does not wait for others here, whatever its timeout, and several processes may start at the same time.
    """
    for _ in range(WAL_TRIES):
        try:
            run(database, "PRAGMA journal_mode = wal")
            return
        except peewee.OperationalError as error:
            if not is_locked(error):
                raise
            sleep(WAL_PAUSE_S)
    raise peewee.OperationalError("database is locked")


def _connect_sqlite(url: str) -> Sqlite:
    path = sqlite_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"NOTIFYHUB_DATABASE_URL: cannot make the folder {path.parent}: {error.strerror}") from None
    database = Sqlite(str(path), pragmas=SQLITE_PRAGMAS, lock_type="IMMEDIATE", autoconnect=False)
    sqlite_functions.add_to(database)
    return database


def _connect_postgres(url: str) -> peewee.PostgresqlDatabase:
    try:
        import psycopg  # noqa: F401 (only looked for: peewee imports it by itself)
    except ImportError:
        raise SettingsError("NOTIFYHUB_DATABASE_URL: PostgreSQL needs `pip install notifyhub[postgres]`") from None
    return peewee.PostgresqlDatabase(
        url.replace("postgres://", "postgresql://", 1),
        prefer_psycopg3=True,
        autoconnect=False,
        connect_timeout=5,
        **_NOTICE_A_DEAD_NETWORK,
        # At its default of 4 the planner turns claims into sequential scans at some ten thousand rows.
        options="-c random_page_cost=1.1",
    )
