"""Messages, deliveries, duplicates, attempts, API keys."""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}
SERIAL = {"sqlite": "INTEGER NOT NULL PRIMARY KEY", "postgresql": "SERIAL NOT NULL PRIMARY KEY"}
UUID = {"sqlite": "TEXT", "postgresql": "UUID"}

STATEMENTS = (
    """CREATE TABLE messages (
        id {uuid} NOT NULL PRIMARY KEY, text TEXT NOT NULL, created_at BIGINT NOT NULL, send_at BIGINT,
        expires_at BIGINT, priority INTEGER NOT NULL, max_attempts INTEGER, on_unconfirmed TEXT NOT NULL,
        reference TEXT, metadata TEXT, accepted INTEGER NOT NULL, duplicates INTEGER NOT NULL)""",
    """CREATE TABLE deliveries (
        id {id}, message_id {uuid} NOT NULL, position INTEGER NOT NULL, channel TEXT NOT NULL,
        address TEXT NOT NULL, status TEXT NOT NULL, priority INTEGER NOT NULL, due_at BIGINT NOT NULL,
        expires_at BIGINT, attempt INTEGER NOT NULL, spent INTEGER NOT NULL, max_attempts INTEGER,
        lease_until BIGINT, reason TEXT, messenger_id TEXT, sent_at BIGINT, maybe_sent INTEGER NOT NULL,
        dedup_key TEXT, created_at BIGINT NOT NULL)""",
    """CREATE TABLE duplicates (
        message_id {uuid} NOT NULL, position INTEGER NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL,
        duplicate_of BIGINT NOT NULL, PRIMARY KEY (message_id, position))""",
    """CREATE TABLE attempts (
        delivery_id BIGINT NOT NULL, number INTEGER NOT NULL, started_at BIGINT NOT NULL,
        finished_at BIGINT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY (delivery_id, number))""",
    """CREATE TABLE api_keys (
        id {serial}, name TEXT NOT NULL, prefix TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL,
        created_at BIGINT NOT NULL, revoked_at BIGINT)""",
    "CREATE INDEX messages_created ON messages (created_at, id)",
    "CREATE INDEX deliveries_message ON deliveries (message_id, position)",
    "CREATE INDEX deliveries_due ON deliveries (channel, priority, due_at, id) WHERE status = 'scheduled'",
    "CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE status = 'sending'",
    """CREATE INDEX deliveries_expiring ON deliveries (expires_at)
        WHERE status = 'scheduled' AND expires_at IS NOT NULL""",
    "CREATE UNIQUE INDEX deliveries_dedup ON deliveries (dedup_key) WHERE dedup_key IS NOT NULL",
    "CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash)",
)

POSTGRES_ONLY = (
    # Every delivery is updated at least twice: room on the page keeps those updates off the indexes,
    # and the table that is busiest is the one to be vacuumed and analysed first.
    """ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05,
        autovacuum_analyze_scale_factor = 0.02)""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS + (POSTGRES_ONLY if engine == "postgresql" else ()):
        db.execute_sql(statement.format(id=ID[engine], serial=SERIAL[engine], uuid=UUID[engine]))
