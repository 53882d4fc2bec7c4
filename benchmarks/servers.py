"""The servers and files a benchmark runs on: durable, as in production, and thrown away afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import has_rabbitmq, postgres_server, rabbitmq_server, redis_server

__all__ = ["durable_postgres", "has_rabbitmq", "rabbitmq_server", "redis_server", "sqlite_file"]


@contextmanager
def durable_postgres(**settings: str) -> Iterator[str]:
    """PostgreSQL that syncs every commit; yields its URL. ``settings`` override or add server parameters."""
    defaults = {"shared_buffers": "256MB", "synchronous_commit": "on", "random_page_cost": "1.1"}
    with postgres_server(fsync=True, **defaults | settings) as url:
        yield url


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The URL of a new database file, ``sqlite:////absolute/path``. Where ``TMPDIR`` lies decides what fsync costs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield f"sqlite:///{Path(folder).resolve() / 'bench.db'}"
