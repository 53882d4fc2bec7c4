"""What every scenario stands on: servers that are started when first asked for, fresh databases, lines of the table."""

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar
from uuid import uuid4

from benchmarks.servers import durable_postgres, rabbitmq_server, redis_server

Store = Literal["SQLite", "PostgreSQL"]
Broker = Literal["Redis", "RabbitMQ"]

T = TypeVar("T")

CLIENTS = ("aiohttp", "pyreqwest")


@dataclass
class Line:
    """One line of the table. Lines of a `job` that the peer did too are shown as multiples of the peer's."""

    measure: str
    setup: str
    value: float
    unit: str
    detail: str = ""
    job: str | None = None
    is_peer: bool = False


class Environment:
    """`short` runs each scenario once and on less; else figures are medians of three runs."""

    def __init__(self, *, short: bool) -> None:
        self.short = short
        self.runs = 1 if short else 3
        self._stack = ExitStack()
        self.started_postgres = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def pick(self, full: int, short: int) -> int:
        """How much to do."""
        return short if self.short else full

    def median(self, once: Callable[[], float]) -> float:
        return statistics.median(once() for _ in range(self.runs))

    def median_of(self, once: Callable[[], T], by: Callable[[T], float]) -> T:
        """The run whose figure stands in the middle, so that all it says belongs together."""
        done: Sequence[T] = sorted((once() for _ in range(self.runs)), key=by)
        return done[len(done) // 2]

    @cached_property
    def postgres(self) -> str:
        url = self._stack.enter_context(durable_postgres())
        self.started_postgres = True
        return url

    @cached_property
    def _redis(self) -> str:
        return self._stack.enter_context(redis_server())

    def redis(self) -> str:
        """An empty Redis."""
        import redis

        with redis.Redis.from_url(self._redis) as client:
            client.flushall()
        return self._redis

    @cached_property
    def _rabbitmq(self) -> str:
        return self._stack.enter_context(rabbitmq_server())

    def broker(self, kind: Broker) -> dict[str, str]:
        """The settings of a broker that nobody has used yet, without their prefix."""
        if kind == "Redis":
            return {"BROKER_URL": self.redis()}
        return {"BROKER_URL": self._rabbitmq, "BROKER_PREFIX": f"bench-{uuid4().hex}"}

    @contextmanager
    def folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            yield Path(name).resolve()

    @contextmanager
    def database(self, store: Store, like: str | None = None) -> Iterator[str]:
        """The URL of a new database, gone afterwards; `like`: a copy of this one, which nobody uses."""
        if store == "SQLite":
            with self.folder() as folder:
                if like is not None:
                    shutil.copy(like.removeprefix("sqlite:///"), folder / "bench.db")
                yield f"sqlite:///{folder / 'bench.db'}"
            return
        name = f"bench_{uuid4().hex}"
        template = "" if like is None else f" TEMPLATE {like.rpartition('/')[2]}"
        self._administer(f"CREATE DATABASE {name}{template}")
        try:
            yield self.postgres.rsplit("/", 1)[0] + f"/{name}"
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(statement)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
