"""Sends a second to the emulator, which has one core for itself: 32 keep-alive connections, load from another core."""

from collections.abc import Iterator, Sequence

from benchmarks.environment import Environment, Line
from benchmarks.load import LoadResult, run_load
from benchmarks.processes import emulator

CONNECTIONS = 32
PATH = "/telegram/bot1:a/sendMessage"
BODY = '{"chat_id":"%d","text":"bench %d"}'


def run(bench: Environment) -> Iterator[Line]:
    seconds = bench.pick(10, 4)
    with bench.folder() as folder:
        yield _line(bench, "journal in memory", (), seconds)
        yield _line(bench, "journal in a file", ("--journal", str(folder / "journal.db")), seconds)


def _line(bench: Environment, setup: str, options: Sequence[str], seconds: int) -> Line:
    load = bench.median_of(lambda: _send(options, seconds), by=lambda load: load["rate"])
    detail = f"p50 {load['p50_ms']:.1f} ms, p99 {load['p99_ms']:.1f} ms; {load['requests']:,} in {seconds} s"
    return Line(f"emulator on one core, {CONNECTIONS} connections", setup, load["rate"], "/s", detail)


def _send(options: Sequence[str], seconds: int) -> LoadResult:
    with emulator(*options) as url:
        load = run_load(url + PATH, BODY, connections=CONNECTIONS, seconds=seconds)
    if set(load["statuses"]) != {"200"}:
        raise RuntimeError(f"not every send was accepted: {load['statuses']}")
    return load
