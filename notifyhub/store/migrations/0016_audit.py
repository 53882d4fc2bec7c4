"""Who did what, and when processes of each role last gave a sign of life."""

from typing import Any

CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}
ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}

STATEMENTS = (
    """
    CREATE TABLE audit (
        id {id}, created_at BIGINT NOT NULL, face TEXT NOT NULL, who TEXT, key_id BIGINT,
        action TEXT NOT NULL, about_kind TEXT NOT NULL, about_id TEXT, changed TEXT, request_id TEXT
    )""",
    "CREATE INDEX audit_created_at_id ON audit (created_at, id)",
    "CREATE INDEX audit_about ON audit (about_kind, about_id, created_at, id)",
    "CREATE INDEX audit_who ON audit (who, created_at, id)",
    "CREATE INDEX audit_action ON audit (action, created_at, id)",
    "CREATE TABLE heartbeats (role TEXT NOT NULL PRIMARY KEY, beat_at BIGINT NOT NULL) {clustered}",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine], clustered=CLUSTERED[engine]))
