"""Chains: messages whose channels are tried one after the other."""

from typing import Any

UUID = {"sqlite": "TEXT", "postgresql": "UUID"}

STATEMENTS = (
    "ALTER TABLE messages ADD COLUMN channels TEXT",
    """CREATE TABLE chain_steps (
        delivery_id BIGINT NOT NULL PRIMARY KEY, message_id {uuid} NOT NULL, chain_id BIGINT NOT NULL,
        mailing_id BIGINT NOT NULL, channel TEXT NOT NULL, step INTEGER NOT NULL, former_id BIGINT, next_id BIGINT,
        rest TEXT, confirm_within_ms BIGINT, confirm_at BIGINT, began_at BIGINT NOT NULL)""",
    "CREATE INDEX chain_steps_chain ON chain_steps (chain_id, step)",
    "CREATE INDEX chain_steps_message ON chain_steps (message_id)",
    "CREATE INDEX chain_steps_confirm ON chain_steps (confirm_at) WHERE confirm_at IS NOT NULL",
    """CREATE INDEX chain_steps_awaited ON chain_steps (mailing_id)
        WHERE confirm_at IS NOT NULL AND mailing_id <> 0 AND channel IN ('viber', 'whatsapp')""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(uuid=UUID[engine]))
