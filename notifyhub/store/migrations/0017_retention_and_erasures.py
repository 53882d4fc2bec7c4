"""What is left of pruned deliveries: their counts and dedup keys. Erasures of clients.

A deleted delivery stays in the counters, and is counted as pruned: together with the rows that gives the counters.
"""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}
CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENTS = (
    """CREATE TABLE pruned_keys (
        dedup_key TEXT NOT NULL PRIMARY KEY, delivery_id BIGINT NOT NULL, due_at BIGINT NOT NULL, client_id BIGINT
        ) {clustered}""",
    "CREATE INDEX pruned_keys_client ON pruned_keys (client_id) WHERE client_id IS NOT NULL",
    """CREATE TABLE pruned_counts (
        hour BIGINT NOT NULL, channel TEXT NOT NULL, status TEXT NOT NULL, number BIGINT NOT NULL,
        PRIMARY KEY (hour, channel, status)) {clustered}""",
    """CREATE TABLE pruned_mailing_counts (
        mailing_id BIGINT NOT NULL, channel TEXT NOT NULL, operator_code TEXT NOT NULL, status TEXT NOT NULL,
        reason TEXT NOT NULL, number BIGINT NOT NULL,
        PRIMARY KEY (mailing_id, channel, operator_code, status, reason)) {clustered}""",
    "CREATE TABLE retention_marks (name TEXT NOT NULL PRIMARY KEY, reached BIGINT NOT NULL)",
    """CREATE TABLE retention_kept (
        name TEXT NOT NULL, delivery_id BIGINT NOT NULL, look_at BIGINT NOT NULL, PRIMARY KEY (name, delivery_id))""",
    "CREATE INDEX retention_kept_look ON retention_kept (name, look_at, delivery_id)",
    "CREATE INDEX retention_kept_delivery ON retention_kept (delivery_id)",
    """CREATE TABLE erasures (
        id {id}, client_id BIGINT NOT NULL, asked_at BIGINT NOT NULL, completed_at BIGINT, asked_by TEXT NOT NULL,
        reason TEXT NOT NULL, cancelled BIGINT NOT NULL, counts TEXT NOT NULL, key_name TEXT NOT NULL,
        addresses TEXT)""",
    "CREATE INDEX erasures_open ON erasures (id) WHERE completed_at IS NULL",
    """CREATE TABLE erased_addresses (
        hash TEXT NOT NULL, erasure_id BIGINT NOT NULL, PRIMARY KEY (hash, erasure_id)) {clustered}""",
    "CREATE TABLE erasure_keys (name TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL)",
)

_STATUS = "CASE {row}.status WHEN 'sending' THEN 'scheduled' ELSE {row}.status END"
_REASON = "CASE WHEN {row}.status IN ('scheduled', 'sending') THEN '' ELSE COALESCE({row}.reason, '') END"
_CODE = "COALESCE({row}.operator_code, '')"
_HOUR = "{row}.created_at / 3600000"

_COUNT_ONE = f"""
    INSERT INTO pruned_counts (hour, channel, status, number) VALUES ({_HOUR}, {{row}}.channel, {_STATUS}, 1)
    ON CONFLICT (hour, channel, status) DO UPDATE SET number = number + 1;
    INSERT INTO pruned_mailing_counts (mailing_id, channel, operator_code, status, reason, number)
    SELECT {{row}}.mailing_id, {{row}}.channel, {_CODE}, {_STATUS}, {_REASON}, 1 WHERE {{row}}.mailing_id <> 0
    ON CONFLICT (mailing_id, channel, operator_code, status, reason) DO UPDATE SET number = number + 1;""".format(
    row="OLD"
)
SQLITE = (
    "DROP TRIGGER deliveries_removed",
    f"CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries BEGIN {_COUNT_ONE} END",
)

# The order of the rows is always the same, so that two who prune at once do not deadlock.
_COUNT_ALL = f"""
    INSERT INTO pruned_counts AS c (hour, channel, status, number)
    SELECT {_HOUR}, {{row}}.channel, {_STATUS}, COUNT(*) FROM removed AS {{row}} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, channel, status) DO UPDATE SET number = c.number + excluded.number;
    INSERT INTO pruned_mailing_counts AS c (mailing_id, channel, operator_code, status, reason, number)
    SELECT {{row}}.mailing_id, {{row}}.channel, {_CODE}, {_STATUS}, {_REASON}, COUNT(*) FROM removed AS {{row}}
    WHERE {{row}}.mailing_id <> 0 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (mailing_id, channel, operator_code, status, reason)
    DO UPDATE SET number = c.number + excluded.number;""".format(row="r")
POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION count_removed_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {_COUNT_ALL} RETURN NULL; END $$""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine], clustered=CLUSTERED[engine]))
    for statement in POSTGRESQL if engine == "postgresql" else SQLITE:
        db.execute_sql(statement)
