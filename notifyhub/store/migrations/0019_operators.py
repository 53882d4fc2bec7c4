"""What was sent to clients of one operator is listed without reading what was sent to others."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    db.execute_sql(
        "CREATE INDEX deliveries_operator ON deliveries (operator_code, created_at, id) WHERE operator_code IS NOT NULL"
    )
