"""Who is signed in to the dashboard, and the links that sign people in."""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}

STATEMENTS = (
    """
    CREATE TABLE login_links (
        id {id}, hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL, used_at BIGINT
    )""",
    "CREATE UNIQUE INDEX login_links_hash ON login_links (hash)",
    "CREATE INDEX login_links_expires ON login_links (expires_at)",
    """
    CREATE TABLE dashboard_sessions (
        id {id}, hash TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, via TEXT NOT NULL,
        user_agent TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
        last_used_at BIGINT NOT NULL, ended_at BIGINT
    )""",
    "CREATE UNIQUE INDEX dashboard_sessions_hash ON dashboard_sessions (hash)",
    "CREATE INDEX dashboard_sessions_expires ON dashboard_sessions (expires_at)",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine]))
