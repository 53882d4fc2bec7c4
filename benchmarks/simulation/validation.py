"""The model beside real runs of small cases, on this machine."""

import os
import time
from collections.abc import Iterator

from benchmarks.environment import Environment, cores
from benchmarks.processes import worker
from benchmarks.rows import fill, wait_until_sent
from benchmarks.scenarios.delivery import wait_for_arrivals
from benchmarks.simulation.deployment import Case, Deployment, Load
from benchmarks.simulation.model import simulate
from benchmarks.sink import Sink

LATENCIES_S = (0.0, 0.05, 0.2)
STEP_S = 0.05
CLIENT = "aiohttp"


def validated(rows: int) -> Iterator[dict[str, object]]:
    """One worker on PostgreSQL and Redis, with so many messages waiting: seconds from the first to the last arrival."""
    with Environment(short=True) as bench:
        for latency_s in LATENCIES_S:
            real, load = _run(bench, rows, latency_s)
            deployment = Deployment(
                api_processes=1, workers=1, store_cores=cores(), machine_cores=cores(), messenger_s=latency_s
            )
            out = simulate(Case(deployment, Load(0.0), real * 5 + 60, step_s=STEP_S, waiting=rows, seed=None))
            drained = out.drained_at_s or 0.0
            yield {
                "case": f"{rows:,} wait, 1 worker, messenger takes {latency_s * 1000:.0f} ms",
                "simulated": f"{drained:.1f} s",
                "real": f"{real:.1f} s",
                "difference": f"{drained / real - 1:+.0%}",
                "load of the machine": f"{load:.1f}",
            }


def _run(bench: Environment, rows: int, latency_s: float) -> tuple[float, float]:
    queue = bench.broker("Redis")
    with bench.database("PostgreSQL") as url, Sink(latency_ms=latency_s * 1000) as sink:
        fill(url, queue, rows)
        env = {"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url, "HTTP_CLIENT": CLIENT, **queue}
        load = os.getloadavg()[0]
        with worker(env):
            seen = wait_for_arrivals(sink, rows, 60 + rows / 200)
            time.sleep(STEP_S)
            wait_until_sent(url, rows, 60)
        return seen["last_at"] - seen["first_at"], load
