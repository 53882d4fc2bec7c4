"""What is asked of single messengers, and what they tell later."""

from typing import Any

STATEMENTS = ("ALTER TABLE messages ADD COLUMN options TEXT",)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
