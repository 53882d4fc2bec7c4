"""What all processes know of sender accounts: whose circuit breaker is open, and why."""

from typing import Any

CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENTS = (
    """CREATE TABLE senders (
        channel TEXT NOT NULL, sender TEXT NOT NULL, state TEXT NOT NULL, since BIGINT NOT NULL, until BIGINT NOT NULL,
        tries INTEGER NOT NULL, passed INTEGER NOT NULL, reason TEXT NOT NULL, code TEXT NOT NULL,
        detail TEXT NOT NULL, mend TEXT NOT NULL, version BIGINT NOT NULL, updated_at BIGINT NOT NULL,
        PRIMARY KEY (channel, sender)) {clustered}""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(clustered=CLUSTERED[engine]))
