"""What processes without a common Redis share: who runs the sweeps, and how many requests each key has made."""

from typing import Any

CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENTS = (
    """
    CREATE TABLE leaders (
        name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, rank INTEGER NOT NULL, until BIGINT NOT NULL
    ) {clustered}""",
    """
    CREATE TABLE request_minutes (
        consumer INTEGER NOT NULL, minute BIGINT NOT NULL, taken BIGINT NOT NULL, PRIMARY KEY (consumer, minute)
    ) {clustered}""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(clustered=CLUSTERED[engine]))
