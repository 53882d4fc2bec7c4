"""Who leads: which of several processes runs the sweeps."""

from typing import Any

CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENT = """
    CREATE TABLE leaders (
        name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, rank INTEGER NOT NULL, until BIGINT NOT NULL
    ) {clustered}"""


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    db.execute_sql(STATEMENT.format(clustered=CLUSTERED[engine]))
