"""What is asked of single messengers, and what they tell later."""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}

STATEMENTS = (
    "ALTER TABLE messages ADD COLUMN options TEXT",
    """CREATE TABLE receipts (
        delivery_id BIGINT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY (delivery_id, kind))""",
    """CREATE TABLE early_receipts (
        id {id}, received_at BIGINT NOT NULL, channel TEXT NOT NULL, messenger_id TEXT NOT NULL, address TEXT,
        kind TEXT NOT NULL, at BIGINT NOT NULL, reason TEXT, code TEXT NOT NULL, detail TEXT NOT NULL,
        message_id TEXT, delivery_id BIGINT)""",
    """CREATE INDEX deliveries_receipts ON deliveries (messenger_id)
        WHERE messenger_id IS NOT NULL AND channel IN ('viber', 'whatsapp')""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine]))
