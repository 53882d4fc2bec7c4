"""Claims by sender account and lane; what the limits of senders have room for."""

from typing import Any

STATEMENTS = (
    "ALTER TABLE deliveries ADD COLUMN sender TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE deliveries ADD COLUMN lane BIGINT NOT NULL DEFAULT 0",
    "DROP INDEX deliveries_due",
    """CREATE INDEX deliveries_due ON deliveries (channel, sender, priority, lane, due_at, id)
        WHERE status = 'scheduled'""",
    "ALTER TABLE mailings ADD COLUMN rate TEXT",
    """CREATE TABLE rate_cells (
        name TEXT NOT NULL PRIMARY KEY, free_at BIGINT NOT NULL, booked BIGINT NOT NULL, shut BIGINT NOT NULL)""",
    """CREATE TABLE sender_paces (
        channel TEXT NOT NULL, sender TEXT NOT NULL, factor BIGINT NOT NULL, refused BIGINT NOT NULL,
        refused_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, paused_until BIGINT NOT NULL,
        PRIMARY KEY (channel, sender))""",
)
# Those that wait keep their account and their mailing.
OPEN = "status IN ('scheduled', 'sending', 'failed', 'expired', 'unconfirmed')"
KEEP_LANE = f"UPDATE deliveries SET lane = mailing_id WHERE mailing_id <> 0 AND {OPEN}"
KEEP_SENDER = {
    "sqlite": f"""
        UPDATE deliveries SET sender = (
            SELECT json_extract(m.options, '$.' || deliveries.channel || '.sender') FROM messages AS m
            WHERE m.id = deliveries.message_id)
        WHERE {OPEN} AND EXISTS (
            SELECT 1 FROM messages AS m WHERE m.id = deliveries.message_id
                AND json_extract(m.options, '$.' || deliveries.channel || '.sender') IS NOT NULL)""",
    "postgresql": f"""
        UPDATE deliveries SET sender = CAST(m.options AS json) -> deliveries.channel ->> 'sender'
        FROM messages AS m WHERE m.id = deliveries.message_id AND {OPEN} AND m.options IS NOT NULL
            AND CAST(m.options AS json) -> deliveries.channel ->> 'sender' IS NOT NULL""",
}


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in (*STATEMENTS, KEEP_LANE, KEEP_SENDER[engine]):
        db.execute_sql(statement)
