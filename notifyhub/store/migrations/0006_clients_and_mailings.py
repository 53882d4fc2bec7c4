"""Clients, mailings, and counters that follow every change of a delivery's state."""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}
# With the key in the table itself, counting one delivery is one search instead of two.
CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENTS = (
    "ALTER TABLE messages ADD COLUMN mailing_id BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE deliveries ADD COLUMN mailing_id BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE deliveries ADD COLUMN client_id BIGINT",
    "ALTER TABLE deliveries ADD COLUMN operator_code TEXT",
    "ALTER TABLE duplicates ADD COLUMN client_id BIGINT",
    "CREATE INDEX duplicates_client ON duplicates (client_id) WHERE client_id IS NOT NULL",
    "DROP INDEX deliveries_due",
    """CREATE INDEX deliveries_due ON deliveries (channel, priority, mailing_id, due_at, id)
        WHERE status = 'scheduled'""",
    """CREATE UNIQUE INDEX deliveries_mailing ON deliveries (mailing_id, client_id, channel)
        WHERE mailing_id <> 0""",
    "CREATE INDEX deliveries_client ON deliveries (client_id, created_at, id) WHERE client_id IS NOT NULL",
    "CREATE INDEX messages_mailing ON messages (mailing_id, created_at, id) WHERE mailing_id <> 0",
    """CREATE TABLE clients (
        id {id}, phone TEXT NOT NULL, operator_code TEXT, timezone TEXT NOT NULL, addresses TEXT NOT NULL,
        attributes TEXT NOT NULL, opted_out TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)""",
    "CREATE UNIQUE INDEX clients_phone ON clients (phone)",
    "CREATE INDEX clients_operator ON clients (operator_code, id)",
    "CREATE INDEX clients_timezone ON clients (timezone, id)",
    """CREATE TABLE client_tags (
        client_id BIGINT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (client_id, tag)) {clustered}""",
    "CREATE INDEX client_tags_tag ON client_tags (tag, client_id)",
    """CREATE TABLE mailings (
        id {id}, name TEXT NOT NULL, text TEXT NOT NULL, options TEXT, channels TEXT NOT NULL, reach TEXT NOT NULL,
        audience TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT, send_window TEXT,
        priority INTEGER NOT NULL, max_attempts INTEGER, on_unconfirmed TEXT NOT NULL, deduplicate TEXT NOT NULL,
        late_joiners INTEGER NOT NULL, reference TEXT, metadata TEXT, status TEXT NOT NULL, created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL, started_at BIGINT, expanded_at BIGINT, ended_at BIGINT, deleted_at BIGINT,
        swept INTEGER NOT NULL, message_id {uuid}, cursor BIGINT NOT NULL, last_client_id BIGINT NOT NULL,
        placed BIGINT NOT NULL, matched BIGINT NOT NULL, duplicates BIGINT NOT NULL, unreachable BIGINT NOT NULL,
        opted_out BIGINT NOT NULL)""",
    "CREATE INDEX mailings_open ON mailings (status, starts_at) WHERE status IN ('scheduled', 'running', 'paused')",
    "CREATE INDEX mailings_unswept ON mailings (id) WHERE swept = 0",
    """CREATE TABLE delivery_counts (
        hour BIGINT NOT NULL, channel TEXT NOT NULL, status TEXT NOT NULL, shard INTEGER NOT NULL,
        number BIGINT NOT NULL, PRIMARY KEY (hour, channel, status, shard)) {clustered}""",
    """CREATE TABLE mailing_counts (
        mailing_id BIGINT NOT NULL, channel TEXT NOT NULL, operator_code TEXT NOT NULL, status TEXT NOT NULL,
        reason TEXT NOT NULL, shard INTEGER NOT NULL, number BIGINT NOT NULL,
        PRIMARY KEY (mailing_id, channel, operator_code, status, reason, shard)) {clustered}""",
)

# Of a delivery on the road only the total is counted, because each goes back and forth between these two states.
_STATUS = "CASE {row}.status WHEN 'sending' THEN 'scheduled' ELSE {row}.status END"
# The reason of a delivery that still waits changes with each attempt.
_REASON = "CASE WHEN {row}.status IN ('scheduled', 'sending') THEN '' ELSE COALESCE({row}.reason, '') END"
_CODE = "COALESCE({row}.operator_code, '')"
_HOUR = "{row}.created_at / 3600000"

COUNT_WHAT_IS_THERE = f"""
    INSERT INTO delivery_counts (hour, channel, status, shard, number)
    SELECT {_HOUR}, d.channel, {_STATUS}, 0, COUNT(*) FROM deliveries AS d GROUP BY 1, 2, 3""".format(row="d")

# One row more or less in both tables. SQLite has one writer, so there is nothing to shard.
_ONE = f"""
    INSERT INTO delivery_counts (hour, channel, status, shard, number)
    VALUES ({_HOUR}, {{row}}.channel, {_STATUS}, 0, {{by}})
    ON CONFLICT (hour, channel, status, shard) DO UPDATE SET number = number + excluded.number;
    INSERT INTO mailing_counts (mailing_id, channel, operator_code, status, reason, shard, number)
    SELECT {{row}}.mailing_id, {{row}}.channel, {_CODE}, {_STATUS}, {_REASON}, 0, {{by}} WHERE {{row}}.mailing_id <> 0
    ON CONFLICT (mailing_id, channel, operator_code, status, reason, shard)
    DO UPDATE SET number = number + excluded.number;"""
_MORE, _LESS = _ONE.format(row="NEW", by="1"), _ONE.format(row="OLD", by="-1")

SQLITE = (
    f"CREATE TRIGGER deliveries_added AFTER INSERT ON deliveries BEGIN {_MORE} END",
    f"""CREATE TRIGGER deliveries_moved AFTER UPDATE OF status ON deliveries
        WHEN {_STATUS.format(row="OLD")} <> {_STATUS.format(row="NEW")} BEGIN {_LESS} {_MORE} END""",
    f"CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries BEGIN {_LESS} END",
)

# All rows of a statement at once. Each connection has its own shard (or one of 64), so processes do not wait for each
# other; the order of the rows is always the same, so that those with one shard do not deadlock.
_COUNT_ALL = f"""
    INSERT INTO delivery_counts AS c (hour, channel, status, shard, number)
    SELECT {_HOUR}, r.channel, {_STATUS}, MOD(pg_backend_pid(), 64), SUM(r.by) FROM {{rows}} AS r
    GROUP BY 1, 2, 3 HAVING SUM(r.by) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (hour, channel, status, shard) DO UPDATE SET number = c.number + excluded.number;
    INSERT INTO mailing_counts AS c (mailing_id, channel, operator_code, status, reason, shard, number)
    SELECT r.mailing_id, r.channel, {_CODE}, {_STATUS}, {_REASON}, MOD(pg_backend_pid(), 64), SUM(r.by)
    FROM {{rows}} AS r WHERE r.mailing_id <> 0
    GROUP BY 1, 2, 3, 4, 5 HAVING SUM(r.by) <> 0 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (mailing_id, channel, operator_code, status, reason, shard)
    DO UPDATE SET number = c.number + excluded.number;""".replace("{row}", "r")
_FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"""
_ENDED = "SELECT 1 FROM {rows} WHERE status NOT IN ('scheduled', 'sending')"

POSTGRESQL = (
    _FUNCTION.format(
        name="count_added_deliveries", body=_COUNT_ALL.replace("{rows}", "(SELECT *, 1 AS by FROM added)")
    ),
    _FUNCTION.format(
        name="count_moved_deliveries",
        body=f"IF EXISTS ({_ENDED.format(rows='added')}) OR EXISTS ({_ENDED.format(rows='removed')}) THEN "
        + _COUNT_ALL.replace("{rows}", "(SELECT *, 1 AS by FROM added UNION ALL SELECT *, -1 AS by FROM removed)")
        + " END IF;",
    ),
    _FUNCTION.format(
        name="count_removed_deliveries", body=_COUNT_ALL.replace("{rows}", "(SELECT *, -1 AS by FROM removed)")
    ),
    """CREATE TRIGGER deliveries_added AFTER INSERT ON deliveries
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_deliveries()""",
    """CREATE TRIGGER deliveries_moved AFTER UPDATE ON deliveries
        REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT
        EXECUTE FUNCTION count_moved_deliveries()""",
    """CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries
        REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_deliveries()""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    uuid = "UUID" if engine == "postgresql" else "TEXT"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine], clustered=CLUSTERED[engine], uuid=uuid))
    for statement in (COUNT_WHAT_IS_THERE, *(POSTGRESQL if engine == "postgresql" else SQLITE)):
        db.execute_sql(statement)
