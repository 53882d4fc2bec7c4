"""Events that others are told of, and the endpoints that they are posted to."""

from typing import Any

ID = {"sqlite": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY"}
UUID = {"sqlite": "TEXT", "postgresql": "UUID"}
CLUSTERED = {"sqlite": "WITHOUT ROWID", "postgresql": ""}

STATEMENTS = (
    """CREATE TABLE events (
        id {id}, type TEXT NOT NULL, created_at BIGINT NOT NULL, channel TEXT, mailing_id BIGINT, address TEXT,
        data TEXT NOT NULL, position BIGINT, key {uuid})""",
    "CREATE INDEX events_new ON events (id) WHERE position IS NULL",
    "CREATE UNIQUE INDEX events_position ON events (position) WHERE position IS NOT NULL",
    "CREATE INDEX events_created ON events (created_at, id)",
    "CREATE INDEX events_address ON events (address, channel) WHERE address IS NOT NULL",
    "CREATE TABLE event_messages (id {id}, message_id {uuid} NOT NULL)",
    "CREATE TABLE event_positions (id INTEGER NOT NULL PRIMARY KEY, last BIGINT NOT NULL, at BIGINT NOT NULL)",
    """CREATE TABLE event_wants (
        type TEXT NOT NULL, wanter BIGINT NOT NULL, PRIMARY KEY (type, wanter)) {clustered}""",
    """CREATE TABLE webhook_endpoints (
        id {id}, url TEXT NOT NULL, events TEXT NOT NULL, channels TEXT, mailing_id BIGINT, description TEXT,
        enabled INTEGER NOT NULL, disabled_reason TEXT, secret TEXT NOT NULL, old_secret TEXT, old_until BIGINT,
        failing_since BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)""",
    """CREATE TABLE webhook_posts (
        id {id}, endpoint_id BIGINT NOT NULL, event_id BIGINT NOT NULL, state TEXT NOT NULL, due_at BIGINT NOT NULL,
        tries INTEGER NOT NULL, spent INTEGER NOT NULL, give_up_at BIGINT NOT NULL, created_at BIGINT NOT NULL)""",
    "CREATE UNIQUE INDEX webhook_posts_event ON webhook_posts (endpoint_id, event_id)",
    "CREATE INDEX webhook_posts_of_event ON webhook_posts (event_id)",
    "CREATE INDEX webhook_posts_listed ON webhook_posts (endpoint_id, id)",
    """CREATE INDEX webhook_posts_due ON webhook_posts (endpoint_id, due_at, id)
        WHERE state IN ('waiting', 'posting')""",
    """CREATE TABLE webhook_tries (
        post_id BIGINT NOT NULL, number INTEGER NOT NULL, started_at BIGINT NOT NULL, duration_ms BIGINT NOT NULL,
        status INTEGER, error TEXT, answer TEXT NOT NULL, PRIMARY KEY (post_id, number)) {clustered}""",
)

_OPEN = "('scheduled', 'sending')"
_COLUMNS = "type, created_at, channel, mailing_id, data"
_OF_A_DELIVERY = """{object}('delivery_id', {row}.id, 'message_id', {row}.message_id, 'channel', {row}.channel,
    'status', {row}.status, 'reason', {row}.reason, 'mailing_id', NULLIF({row}.mailing_id, 0),
    'client_id', {row}.client_id, 'reference', {reference})"""
_OF_A_MAILING = "{object}('mailing_id', NEW.id, 'name', NEW.name, 'status', NEW.status, 'message_id', NEW.message_id)"
_MAILING_TYPE = """CASE WHEN OLD.status = 'paused' AND NEW.status = 'running' THEN 'mailing.resumed'
    WHEN NEW.status = 'running' THEN 'mailing.started' ELSE 'mailing.' || NEW.status END"""
_ARE_WANTED = "EXISTS (SELECT 1 FROM event_wants WHERE type = 'message.completed' OR SUBSTR(type, 1, 9) = 'delivery.')"
_COMPLETION_IS_WANTED = "EXISTS (SELECT 1 FROM event_wants WHERE type = 'message.completed')"


def _wanted(type_: str) -> str:
    return f"EXISTS (SELECT 1 FROM event_wants AS w WHERE w.type = {type_})"


# SQLite 3.40 has no unixepoch('subsec').
_SQLITE_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
_SQLITE_TELL = f"""
    INSERT INTO events ({_COLUMNS})
    SELECT 'delivery.' || NEW.status, {_SQLITE_NOW}, NEW.channel, NULLIF(NEW.mailing_id, 0), {
    _OF_A_DELIVERY.format(
        object="json_object", row="NEW", reference="(SELECT m.reference FROM messages AS m WHERE m.id = NEW.message_id)"
    )
}
    WHERE {_wanted("'delivery.' || NEW.status")};
    INSERT INTO event_messages (message_id) SELECT NEW.message_id
    WHERE NEW.mailing_id = 0 AND {{ended}} AND {_COMPLETION_IS_WANTED};"""
SQLITE = (
    f"""CREATE TRIGGER deliveries_moved_told AFTER UPDATE OF status ON deliveries
        WHEN NEW.status <> OLD.status AND NEW.status NOT IN {_OPEN} AND EXISTS (SELECT 1 FROM event_wants)
        BEGIN {_SQLITE_TELL.format(ended=f"OLD.status IN {_OPEN}")} END""",
    f"""CREATE TRIGGER deliveries_added_told AFTER INSERT ON deliveries
        WHEN NEW.status NOT IN {_OPEN} AND EXISTS (SELECT 1 FROM event_wants)
        BEGIN {_SQLITE_TELL.format(ended="true")} END""",
    f"""CREATE TRIGGER mailings_moved_told AFTER UPDATE OF status ON mailings WHEN NEW.status <> OLD.status
        BEGIN
            INSERT INTO events ({_COLUMNS})
            SELECT {_MAILING_TYPE}, {_SQLITE_NOW}, NULL, NEW.id, {_OF_A_MAILING.format(object="json_object")}
            WHERE {_wanted(_MAILING_TYPE)};
        END""",
)

_POSTGRES_NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
_POSTGRES_DATA = _OF_A_DELIVERY.format(object="json_build_object", row="a", reference="m.reference")
_POSTGRES_TELL = f"""
    INSERT INTO events ({_COLUMNS})
    SELECT 'delivery.' || a.status, {_POSTGRES_NOW}, a.channel, NULLIF(a.mailing_id, 0), CAST({_POSTGRES_DATA} AS TEXT)
    FROM {{moved}} LEFT JOIN messages AS m ON m.id = a.message_id
    WHERE a.status IN (SELECT SUBSTR(w.type, 10) FROM event_wants AS w WHERE SUBSTR(w.type, 1, 9) = 'delivery.');
    IF {_COMPLETION_IS_WANTED} THEN
        INSERT INTO event_messages (message_id) SELECT DISTINCT a.message_id FROM {{moved}}
        WHERE a.mailing_id = 0 AND a.status NOT IN {_OPEN} AND {{ended}};
    END IF;"""
_FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"""
# Where nobody wants anything of deliveries, a statement costs one look at a table of a few rows.
_IF_WANTED = f"IF {_ARE_WANTED} THEN {{body}} END IF;"
_MOVED = "added AS a JOIN removed AS r ON r.id = a.id AND r.status <> a.status"
POSTGRESQL = (
    _FUNCTION.format(
        name="tell_moved_deliveries",
        body=_IF_WANTED.format(body=_POSTGRES_TELL.format(moved=_MOVED, ended=f"r.status IN {_OPEN}")),
    ),
    _FUNCTION.format(
        name="tell_added_deliveries",
        body=_IF_WANTED.format(body=_POSTGRES_TELL.format(moved="added AS a", ended="true")),
    ),
    _FUNCTION.format(
        name="tell_moved_mailings",
        body=f"""INSERT INTO events ({_COLUMNS})
            SELECT {_MAILING_TYPE}, {_POSTGRES_NOW}, NULL, NEW.id,
                CAST({_OF_A_MAILING.format(object="json_build_object")} AS TEXT)
            WHERE {_wanted(_MAILING_TYPE)};""",
    ),
    """CREATE TRIGGER deliveries_moved_told AFTER UPDATE ON deliveries
        REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT
        EXECUTE FUNCTION tell_moved_deliveries()""",
    """CREATE TRIGGER deliveries_added_told AFTER INSERT ON deliveries
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tell_added_deliveries()""",
    """CREATE TRIGGER mailings_moved_told AFTER UPDATE OF status ON mailings FOR EACH ROW
        WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION tell_moved_mailings()""",
)


def up(migrator: Any, db: Any) -> None:
    engine = "postgresql" if "Postgres" in type(db).__name__ else "sqlite"
    for statement in STATEMENTS:
        db.execute_sql(statement.format(id=ID[engine], uuid=UUID[engine], clustered=CLUSTERED[engine]))
    for statement in POSTGRESQL if engine == "postgresql" else SQLITE:
        db.execute_sql(statement)
