"""Templates, and the texts made from them."""

from typing import Any

UUID = {"sqlite": "TEXT", "postgresql": "UUID"}
CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENTS = (
    """CREATE TABLE template_variants (
        name TEXT NOT NULL, version INTEGER NOT NULL, language TEXT NOT NULL, channel TEXT NOT NULL, text TEXT,
        parts TEXT, created_at BIGINT NOT NULL, PRIMARY KEY (name, version, language, channel)) {clustered}""",
    """CREATE TABLE wordings (
        message_id {uuid} NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL, options TEXT,
        PRIMARY KEY (message_id, position)) {clustered}""",
    "ALTER TABLE messages ADD COLUMN template TEXT",
    "ALTER TABLE messages ADD COLUMN template_version INTEGER",
    "ALTER TABLE messages ADD COLUMN language TEXT",
    "ALTER TABLE mailings ADD COLUMN template TEXT",
    "ALTER TABLE mailings ADD COLUMN template_version INTEGER",
    "ALTER TABLE mailings ADD COLUMN language TEXT",
    "ALTER TABLE mailings ADD COLUMN variables TEXT",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(uuid=UUID[engine], clustered=CLUSTERED[engine]))
