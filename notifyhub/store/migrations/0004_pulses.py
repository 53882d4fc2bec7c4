"""How calls end lately, by channel."""

from typing import Any

STATEMENTS = (
    """CREATE TABLE pulses (
        channel TEXT NOT NULL, minute BIGINT NOT NULL, process TEXT NOT NULL, outcome TEXT NOT NULL,
        code TEXT NOT NULL, calls BIGINT NOT NULL, last_at BIGINT NOT NULL,
        PRIMARY KEY (channel, minute, process, outcome, code))""",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
