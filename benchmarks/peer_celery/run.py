"""Runs the peer: fill, enqueue all, start a worker, wait until every row is recorded, stop the worker."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from benchmarks.peer_celery import store
from benchmarks.peer_celery.app import app, deliver
from benchmarks.processes import end, usage

POLL = 0.1  # seconds


class PeerResult(TypedDict):
    """``rate``: deliveries a second from the first claim to the last record. ``rss_mb``: the peak of all processes."""

    rate: float
    rss_mb: float
    sent: int
    rows: int
    seconds: float
    cpu_s_per_1000: float
    enqueue_rate: float


def run(
    database_url: str,
    redis_url: str,
    sink_url: str,
    rows: int,
    *,
    concurrency: int | None = None,
    timeout: float = 600,
) -> PeerResult:
    """Deliver ``rows`` rows through Celery prefork, ``concurrency`` processes (default: one a core).

    TimeoutError after ``timeout`` seconds; RuntimeError if the worker dies. The tables ``delivery`` and ``attempt`` of
    the database are made anew.
    """
    queue = f"peer-{uuid.uuid4().hex}"  # tasks of an earlier run must not meet this run's rows
    store.open_store(database_url)
    try:
        ids = store.fill(rows)
        began = time.monotonic()
        enqueue(redis_url, queue, ids)
        enqueue_rate = rows / (time.monotonic() - began)
        with worker(database_url, redis_url, sink_url, queue, concurrency or os.cpu_count() or 1) as process:
            peak, cpu = watch(process, rows, timeout)
        sent, seconds = store.sent_and_seconds()
    finally:
        store.database.close()
    return {
        "rate": round(sent / seconds, 1) if seconds else 0.0,
        "rss_mb": round(peak / 2**20, 1),
        "sent": sent,
        "rows": rows,
        "seconds": round(seconds, 2),
        "cpu_s_per_1000": round(cpu * 1000, 2),
        "enqueue_rate": round(enqueue_rate, 1),
    }


def enqueue(redis_url: str, queue: str, ids: list[int]) -> None:
    with app.connection_for_write(redis_url) as connection, app.amqp.Producer(connection) as producer:
        for delivery_id in ids:
            deliver.apply_async((delivery_id,), queue=queue, producer=producer)


@contextmanager
def worker(
    database_url: str, redis_url: str, sink_url: str, queue: str, concurrency: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker without the chatter between workers; warm shutdown by pid, then by force."""
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.peer_celery.app", "-b", redis_url, "-q", "worker"]
    command += ["--pool", "prefork", "--concurrency", str(concurrency), "--prefetch-multiplier", "4", "-Q", queue]
    command += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    environment = os.environ | {
        "PEER_DATABASE_URL": database_url,
        "PEER_SINK_URL": sink_url,
        "PYTHONWARNINGS": "ignore",
    }
    root = Path(__file__).resolve().parents[2]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, env=environment, cwd=root)
    try:
        yield process
    finally:
        end(process, within_s=20)


def watch(process: subprocess.Popen[bytes], rows: int, timeout: float) -> tuple[int, float]:
    """Wait until no row is open; the worker's peak memory in bytes and its CPU seconds a row, without its start-up."""
    until = time.monotonic() + timeout
    peak, looks = 0, 0
    warm: tuple[int, float] | None = None  # rows open and CPU seconds spent when the work had begun
    while left := store.still_open():
        if process.poll() is not None:
            raise RuntimeError(f"the Celery worker ended with {process.returncode}")
        if time.monotonic() > until:
            raise TimeoutError(f"{left} rows still open after {timeout:.0f} s")
        if looks % 10 == 0 or (warm is None and left < rows):
            memory, cpu = usage(process.pid)
            peak = max(peak, memory)
            if warm is None and left < rows:
                warm = (left, cpu)
        looks += 1
        time.sleep(POLL)
    memory, cpu = usage(process.pid)
    since, before = warm or (rows, 0.0)
    return max(peak, memory), (cpu - before) / since
