"""python -m benchmarks.simulation --rate 10000 [--scenario mailing] [--stores 4 --workers 2 …]: prints a table."""

import argparse
from collections.abc import Sequence
from dataclasses import Field, fields, replace
from typing import Any

from benchmarks.report import table
from benchmarks.simulation.deployment import Case, Deployment
from benchmarks.simulation.model import Outcome, simulate
from benchmarks.simulation.scenarios import PEAK, SCENARIOS, planned
from benchmarks.simulation.storage import grow

COUNTS = {"stores", "api_processes", "workers", "accounts"}


def main(arguments: Sequence[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    if given.validate:
        # Here, because it needs what benchmarks need (benchmarks/requirements.txt), and the model does not.
        from benchmarks.simulation.validation import validated

        print(table(list(validated(given.rows))))
        return
    names = given.scenario or list(SCENARIOS)
    own = {field.name: value for field in _numbers() if (value := getattr(given, field.name)) is not None}
    cases = {name: _changed(SCENARIOS[name](given.rate), own, given.seed) for name in names}
    print(f"One of {next(iter(cases.values())).deployment}\n")
    print(table([row(name, case, simulate(case)) for name, case in cases.items()]))
    if given.days:
        each = given.rate / PEAK / planned(given.rate).stores  # on average over a day
        print("\n" + table([_day(each, given.days, kept) for kept in (None, 90, 30, 7)]))


def _numbers() -> Sequence[Field[Any]]:
    return fields(Deployment)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation", description="Simulate a deployment.")
    parser.add_argument("--rate", type=float, default=1_000.0, help="single messages a second")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="this one; may be given several times")
    parser.add_argument("--seed", type=int, default=1, help="of the chance by which messages come")
    parser.add_argument("--days", type=int, default=0, help="also: how the store of this rate grows in so many days")
    parser.add_argument("--validate", action="store_true", help="run small cases for real, and compare")
    parser.add_argument("--rows", type=int, default=20_000, help="messages of a real run")
    for field in _numbers():
        name = field.name.replace("_", "-")
        kind = int if field.name in COUNTS else float
        parser.add_argument(f"--{name}", type=kind, help="instead of what the plan has")
    return parser


def _changed(case: Case, own: dict[str, float], seed: int) -> Case:
    return replace(case, deployment=replace(case.deployment, **own), seed=seed)  # type: ignore[arg-type]


def row(name: str, case: Case, out: Outcome) -> dict[str, object]:
    """A line of the table."""
    at, longest = out.longest_queue
    bulk = out.bulk_lateness.percentile(1.0)
    busiest = max(out.busy, key=lambda resource: out.busy[resource][1])
    return {
        "scenario": name,
        "rate, /s": f"{case.load.rate:,.0f}",
        "came": f"{out.came:,.0f}",
        "sent": f"{out.sent:,.0f}",
        "longest queue": f"{longest:,.0f}",
        "empty again after": "never" if out.drained_at_s is None else _time(out.drained_at_s - at),
        "late p50": _time(out.lateness.percentile(0.5)),
        "p99": _time(out.lateness.percentile(0.99)),
        "longest": _time(out.lateness.percentile(1.0)),
        "mailing done in": _time(bulk) if bulk else "",
        "store": f"{out.store_bytes / 1e9:,.1f} GB",
        "busiest minute": f"{busiest} {out.busy[busiest][1]:.0%}",
    }


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:,.0f} ms"
    return f"{seconds:,.1f} s" if seconds < 120 else f"{seconds / 60:,.1f} min"


def _day(rate: float, days: int, kept: int | None) -> dict[str, object]:
    last = grow(rate, days, kept)[-1]
    return {
        "kept": "for ever" if kept is None else f"{kept} days",
        "one store after": f"{days} days",
        "deliveries": f"{last.deliveries:,.0f}",
        "keys of deleted ones": f"{last.keys:,.0f}",
        "bytes": f"{last.bytes / 1e12:,.2f} TB",
        "too old and still there": f"{last.late:,.0f}",
    }


if __name__ == "__main__":
    main()
