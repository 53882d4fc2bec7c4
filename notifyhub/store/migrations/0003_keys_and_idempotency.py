"""API keys that end, with limits of their own and a trace of their use; answers kept for requests that are repeated."""

from typing import Any

STATEMENTS = (
    "ALTER TABLE api_keys ADD COLUMN expires_at BIGINT",
    "ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT",
    "ALTER TABLE api_keys ADD COLUMN rate_limit INTEGER",
    """CREATE TABLE idempotency_keys (
        consumer INTEGER NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, created_at BIGINT NOT NULL,
        kept_until BIGINT NOT NULL, status INTEGER, location TEXT, body TEXT, PRIMARY KEY (consumer, key))""",
    "CREATE INDEX idempotency_keys_kept ON idempotency_keys (kept_until)",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
