"""Deliveries that a limit put off are found without a search among all that wait."""

from typing import Any

STATEMENT = """
    CREATE INDEX deliveries_paced ON deliveries (channel, sender, priority, lane, due_at, id)
    WHERE status = 'scheduled' AND reason = 'paced'"""


def up(migrator: Any, db: Any) -> None:
    db.execute_sql(STATEMENT)
