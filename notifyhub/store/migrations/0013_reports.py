"""Which daily reports were sent, and to whom."""

from typing import Any

CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENT = """
    CREATE TABLE reports (
        day TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, tries INTEGER NOT NULL, due_at BIGINT NOT NULL,
        lease_until BIGINT NOT NULL, accepted TEXT NOT NULL, detail TEXT NOT NULL, updated_at BIGINT NOT NULL
    ) {clustered}"""


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    db.execute_sql(STATEMENT.format(clustered=CLUSTERED[engine]))
