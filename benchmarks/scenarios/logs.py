"""What the log costs: the same work with records of everything in a file, and with no log, in turns."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.environment import CLIENTS, Environment, Line
from benchmarks.load import run_load
from benchmarks.processes import serve
from benchmarks.scenarios.delivery import deliver
from benchmarks.scenarios.posting import BODY, CONNECTIONS
from benchmarks.sink import Sink

OFF = {"LOG_LEVEL": "error", "LOG_FILE": "none"}
CLIENT = CLIENTS[0]

Measure = Callable[[Mapping[str, str]], float]


def run(bench: Environment) -> Iterator[Line]:
    rows, seconds = bench.pick(40_000, 10_000), bench.pick(10, 4)
    with bench.folder() as folder:
        on = {"LOG_LEVEL": "info", "LOG_FILE": str(folder / "notifyhub.log")}
        yield _line(bench, "delivered", "SQLite, 1 worker", on, lambda env: _deliver(bench, rows, env))
        yield _line(bench, "POST", "SQLite, accepting only", on, lambda env: _post(bench, seconds, env))
        yield _searched(folder / "notifyhub.log")


def _line(bench: Environment, measure: str, setup: str, on: Mapping[str, str], once: Measure) -> Line:
    """The ratio of two medians. The turns change their order, so that a machine that slows down favours neither."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(bench.pick(7, 4)):
        for logs in (True, False) if turn % 2 else (False, True):
            rates[logs].append(once(on if logs else OFF))
    with_, without = statistics.median(rates[True]), statistics.median(rates[False])
    ratios = ", ".join(f"{a / b:.2f}" for a, b in zip(rates[True], rates[False], strict=True))
    detail = f"{with_:,.0f}/s against {without:,.0f}/s; in turns {ratios}"
    return Line(f"{measure} with the log, without it = 1", setup, with_ / without, "", detail)


def _deliver(bench: Environment, rows: int, env: Mapping[str, str]) -> float:
    return deliver(bench, "SQLite", CLIENT, rows, more=env).rate


def _post(bench: Environment, seconds: int, env: Mapping[str, str]) -> float:
    with bench.database("SQLite") as url, bench.folder() as folder, Sink() as sink:
        settings = {"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url, "BROKER_URL": bench.redis(), **env}
        with serve(settings, folder, "--no-emulator", "--no-worker") as served:
            target = f"{served.url}/api/v1/messages"
            load = run_load(target, BODY, headers=[served.authorization], connections=CONNECTIONS, seconds=seconds)
    accepted = load["statuses"].get("202", 0)
    if accepted != load["requests"]:
        raise RuntimeError(f"not all were accepted: {load['statuses']}")
    return accepted / load["seconds"]


def _searched(path: Path) -> Line:
    """How quickly the story of one delivery is found in all that was logged."""
    import time

    from notifyhub.logs.rotated import blocks
    from notifyhub.logs.searching import Search, Wanted

    began = time.perf_counter()
    found = sum(1 for _ in Search(Wanted({"delivery_id": "77"})).through(blocks([path])))
    seconds, size = time.perf_counter() - began, path.stat().st_size / 2**20
    return Line("log searched", "for one delivery", size / seconds, "MB/s", f"{found} records in {size:.0f} MB")
