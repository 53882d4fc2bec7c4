"""Indexes for lists of deliveries and messages; how a message refuses duplicates, for when it is changed or retried."""

from typing import Any

STATEMENTS = (
    # What was stored before is taken to have refused duplicates for ever, the default: nobody gets anything twice.
    "ALTER TABLE messages ADD COLUMN deduplicate TEXT NOT NULL DEFAULT 'forever'",
    "CREATE INDEX messages_reference ON messages (reference, created_at, id) WHERE reference IS NOT NULL",
    "CREATE INDEX deliveries_listed ON deliveries (channel, created_at, id)",
    "CREATE INDEX deliveries_address ON deliveries (address, channel, created_at, id)",
    # Not those being sent: they are few, a lease index has them, and two moves of each delivery stay cheaper.
    """CREATE INDEX deliveries_status ON deliveries (status, channel, created_at, id)
        WHERE status <> 'sending'""",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
