"""What processes, PostgreSQL and a broker have used so far: read before and after, the difference is the cost.

CPU time and bytes do not depend on what else the machine does, as rates do. PostgreSQL's counts are those of the whole
server, so nobody else may use it meanwhile.
"""

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]

from benchmarks.processes import family
from tests.relay import Relay

STATISTICS_S = 1.5
"""PostgreSQL's processes tell how many transactions they have made at most once a second."""

Reading = dict[str, float]

_SERVER = """
    SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), pg_snapshot_xmax(pg_current_snapshot())::text::bigint"""
_TRANSACTIONS = """
    SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"""
_TABLES = """
    SELECT relname, pg_table_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables ORDER BY 1"""


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all that descend from it, also of those that have ended."""
    seconds = 0.0
    for member in family(pid):
        with suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def written_bytes(pid: int) -> float:
    """What these processes have handed to the file system; 0 where the system does not say."""
    written = 0.0
    for member in family(pid):
        with suppress(psutil.Error, AttributeError):
            written += member.io_counters().write_bytes
    return written


class Meters:
    """`pids` are processes by name. `relay` is what clients of RabbitMQ talk through, as it does not count itself."""

    def __init__(self, database_url: str, broker_url: str, pids: Mapping[str, int], relay: Relay | None = None) -> None:
        self._pids = dict(pids)
        self._sqlite = not database_url.startswith("postgres")
        self._url = database_url
        self._relay = relay
        if not self._sqlite:
            self._pids["PostgreSQL"] = postmaster(database_url)
        self._broker_url = broker_url
        self._pids["broker"] = listener(urlsplit(broker_url).port or 0)

    def read(self) -> Reading:
        reading = {f"CPU of {name}": cpu_seconds(pid) for name, pid in self._pids.items()}
        return reading | self._of_store() | self._of_broker()

    def cost(self, of: Callable[[], None]) -> Reading:
        """What all that is read grew by while `of` ran. The last of its transactions need a moment to be counted."""
        before, made_before = self.read(), self._transactions()
        of()
        after = self.read()
        used = {name: after[name] - before[name] for name in before}
        if made_before is not None:
            time.sleep(STATISTICS_S)
            used["transactions"] = float(self._transactions() or 0) - made_before
        return used

    def _of_store(self) -> Reading:
        if self._sqlite:
            ours = (pid for name, pid in self._pids.items() if name != "broker")
            return {"bytes written": sum(written_bytes(pid) for pid in ours)}
        wal, written = ask(self._url, _SERVER)[0]
        return {"WAL bytes": float(wal), "write transactions": float(written)}

    def _transactions(self) -> float | None:
        return None if self._sqlite else float(ask(self._url, _TRANSACTIONS)[0][0])

    def _of_broker(self) -> Reading:
        if self._relay is not None:
            return {"broker bytes in": self._relay.to_server, "broker bytes out": self._relay.to_client}
        import redis

        with redis.Redis.from_url(self._broker_url) as client:
            told: dict[str, Any] = client.info("all")
        return {
            "broker bytes in": told["total_net_input_bytes"],
            "broker bytes out": told["total_net_output_bytes"],
            "broker commands": told["total_commands_processed"],
            "bells": told.get("cmdstat_publish", {}).get("calls", 0),
        }


def ask(database_url: str, sql: str) -> list[tuple[Any, ...]]:
    """All rows of an answer of PostgreSQL."""
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as connection:
        done = connection.execute(sql)
        return [tuple(row) for row in done.fetchall()] if done.description else []


def table_bytes(database_url: str) -> dict[str, tuple[int, int]]:
    """Bytes of each table, and of its indexes. SQLite: of the file, with what is still in its log."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)) as connection:
            pages, size = (connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return {"file": (pages * size, 0)}
    return {name: (int(table), int(indexes)) for name, table, indexes in ask(database_url, _TABLES)}


def postmaster(database_url: str) -> int:
    """The first process of a PostgreSQL on this machine."""
    ((text,),) = ask(database_url, "SELECT pg_read_file('postmaster.pid')")
    return int(str(text).split()[0])


def listener(port: int) -> int:
    """The process that listens on a loopback port of this machine."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return int(connection.pid)
    raise RuntimeError(f"no process that this account may look at listens on port {port}")
