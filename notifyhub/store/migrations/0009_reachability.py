"""What is known of addresses, why deliveries were refused without a call, and what people write."""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}

STATEMENTS = (
    """CREATE TABLE reachability (
        id {id}, channel TEXT NOT NULL, address TEXT NOT NULL, suppressed INTEGER NOT NULL, sender TEXT NOT NULL,
        reason TEXT NOT NULL, source TEXT NOT NULL, learnt_at BIGINT NOT NULL, expires_at BIGINT)""",
    "CREATE UNIQUE INDEX reachability_place ON reachability (channel, address, suppressed, sender)",
    "CREATE INDEX reachability_reason ON reachability (reason, id)",
    "CREATE INDEX reachability_expiry ON reachability (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE TABLE reachability_overrides (message_id {uuid} NOT NULL PRIMARY KEY)",
    """CREATE TABLE refusals (
        delivery_id BIGINT NOT NULL PRIMARY KEY, refused_at BIGINT NOT NULL, learnt_at BIGINT NOT NULL,
        expires_at BIGINT, source TEXT NOT NULL)""",
    """CREATE TABLE inbound_updates (
        channel TEXT NOT NULL, sender TEXT NOT NULL, update_id TEXT NOT NULL, seen_at BIGINT NOT NULL,
        PRIMARY KEY (channel, sender, update_id))""",
    "CREATE INDEX inbound_updates_age ON inbound_updates (seen_at)",
    """CREATE TABLE inbound_posts (
        id {id}, body TEXT NOT NULL, created_at BIGINT NOT NULL, due_at BIGINT NOT NULL, tries INTEGER NOT NULL)""",
    "CREATE INDEX inbound_posts_due ON inbound_posts (due_at, id)",
    "ALTER TABLE mailings ADD COLUMN ignore_reachability INTEGER NOT NULL DEFAULT 0",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    uuid = "UUID" if engine == "postgresql" else "TEXT"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine], uuid=uuid))
