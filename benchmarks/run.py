"""Measure everything in one run and print one table:  python -m benchmarks.run [--short] [--only NAME]

Also written to benchmarks/results/latest.md. docs/benchmarks.md says how to read it.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.environment import Environment, Line
from benchmarks.scenarios import (
    costs,
    delivery,
    emulator,
    idle,
    limits,
    lists,
    logs,
    mailing,
    memory,
    pages,
    peer,
    posting,
    rendering,
    retention,
    startup,
    templates,
)

SCENARIOS = {
    "delivery": delivery.run,
    "peer": peer.run,
    "posting": posting.run,
    "idle": idle.run,
    "memory": memory.run,
    "lists": lists.run,
    "pages": pages.run,
    "retention": retention.run,
    "costs": costs.run,
    "mailing": mailing.run,
    "templates": templates.run,
    "limits": limits.run,
    "logs": logs.run,
    "emulator": emulator.run,
    "rendering": rendering.run,
    "startup": startup.run,
}
RESULTS = Path(__file__).with_name("results") / "latest.md"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure notifyhub and a Celery peer on this machine, on loopback.")
    parser.add_argument("--short", action="store_true", help="less of everything, once: a look, not a figure")
    parser.add_argument("--only", action="append", choices=SCENARIOS, help="this scenario; may be given several times")
    options = parser.parse_args()
    wanted = options.only or list(SCENARIOS)
    loads = [os.getloadavg()[0]]
    began = time.monotonic()
    lines: list[Line] = []
    with Environment(short=options.short) as bench:
        for line in _measured(bench, wanted):
            lines.append(line)
            print(f"{line.measure}: {line.setup}: {line.value:,.1f} {line.unit}", file=sys.stderr, flush=True)
        # The machine is described at the end, when all that was asked for runs.
        facts = report.machine(postgres_url=bench.postgres if bench.started_postgres else None)
    loads.append(os.getloadavg()[0])
    facts["run"] = (
        f"{'short, one run each' if options.short else 'medians of 3 runs'}, {time.monotonic() - began:.0f} s"
    )
    facts["load before and after"] = " and ".join(f"{load:.2f}" for load in loads)
    text = report.render("notifyhub, measured", rows_of(lines), facts)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


def _measured(bench: Environment, names: Sequence[str]) -> Iterator[Line]:
    for name in names:
        yield from SCENARIOS[name](bench)


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def rows_of(lines: Sequence[Line]) -> list[dict[str, object]]:
    """The table's rows: lines of one measure together, and beside each job the peer's rate of the same run."""
    peers = {line.job: line.value for line in lines if line.is_peer}
    order = list(dict.fromkeys(line.measure for line in lines))
    return [
        {
            "measure": line.measure,
            "setup": line.setup,
            "figure": line.value,
            "unit": line.unit,
            "× peer": "" if line.is_peer or line.job not in peers else _times(line.value / peers[line.job]),
            "in detail": line.detail,
        }
        for line in sorted(lines, key=lambda line: order.index(line.measure))
    ]


if __name__ == "__main__":
    main()
