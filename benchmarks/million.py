"""A store of a million deliveries, put in with bulk SQL: accepting them one by one would take minutes."""

from collections.abc import Callable
from uuid import uuid4

import peewee

from notifyhub.clock import now_ms
from notifyhub.store.database import Database
from notifyhub.store.rows import is_postgres, run

FAILED_ON_VIBER = 3
REFERENCE = "order-17"
PHONE = "79160000017"

# One message in a thousand is to a thousand people, the others are to one. What is common and what is rare:
# 3 in 4 deliveries are on Telegram, 1 in 100,000 on Viber; 4 in 5 were sent, 1 in 1,000 failed, 3 of those on Viber.
_SPREAD = "CASE WHEN n % 100000 = 5 THEN 'viber' WHEN n % 4 = 0 THEN 'whatsapp' ELSE 'telegram' END"
_STATUS = """CASE
    WHEN n % 100000 = 5 AND n < 300000 THEN 'failed' WHEN n % 1000 = 6 THEN 'failed'
    WHEN n % 5 = 1 THEN 'delivered' WHEN n > {rows} - 1000 AND n % 10 = 2 THEN 'scheduled' ELSE 'sent' END"""
_ADDRESS = "CASE WHEN n % 4 = 0 THEN CAST(79160000000 + n % 100000 AS TEXT) ELSE CAST(1000000 + n % 300000 AS TEXT) END"
# Half of them in messages of their own, half in messages of a thousand, by turns.
_SINGLE = "n / 1000 % 2 = 0"
_HOME = f"CASE WHEN {_SINGLE} THEN n ELSE n - n % 1000 END"
_CREATED = "{began} + ({home}) * 20"

_MESSAGES = f"""
    INSERT INTO messages (id, text, created_at, priority, on_unconfirmed, reference, accepted, duplicates, mailing_id)
    SELECT {{id}}, 'Hello ' || n, {{created}}, 1, 'at_least_once', CASE WHEN n % 7 = 0 THEN 'order-' || (n / 7) END,
        CASE WHEN {_SINGLE} THEN 1 ELSE 1000 END, 0, {{mailing}}
    FROM {{numbers}} WHERE {_SINGLE} OR n % 1000 = 0"""
_DELIVERIES = """
    INSERT INTO deliveries (message_id, position, channel, address, status, priority, due_at, attempt, spent,
        maybe_sent, created_at, dedup_key, reason, mailing_id, client_id, operator_code)
    SELECT {id}, n % 1000, {spread}, {address}, {status}, 1, {created}, 1, 1, 0, {created},
        CASE WHEN n % 1000 <> 6 THEN 'key-' || n END, CASE WHEN {status} = 'failed' THEN 'rejected' END,
        {mailing}, CASE WHEN {mailing} <> 0 THEN n END, CASE WHEN {mailing} <> 0 THEN CAST(900 + n % 90 AS TEXT) END
    FROM {numbers}"""
_NUMBERS_SQLITE = "(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) SELECT n FROM c)"
_NUMBERS_POSTGRES = "generate_series(1, {rows}) AS numbers (n)"


def fill(database: Database, rows: int, *, mailing: int = 0) -> None:
    """Put in `rows` deliveries, as they would lie in a store that has been at work for a while.

    mailing  the mailing whose deliveries those in large messages are, which is half of them; 0: nobody's
    """
    database.upgrade()
    salt, began = uuid4().hex[:16], now_ms() - rows * 20
    for statement in (_MESSAGES, _DELIVERIES):
        database.write(_job(statement, rows, salt, began, mailing), None).result()
    if database.engine == "postgresql":
        database.write(lambda db, items: [run(db, "ANALYZE") and None], None).result()


def _job(statement: str, rows: int, salt: str, began: int, mailing: int) -> Callable[..., list[None]]:
    def job(database: peewee.Database, items: object) -> list[None]:
        postgres = is_postgres(database)
        home = _HOME
        sql = statement.format(
            rows=rows,
            id=_id(home, salt, postgres),
            created=_CREATED.format(began=began, home=home),
            spread=_SPREAD,
            address=_ADDRESS,
            status=_STATUS.format(rows=rows),
            mailing=f"CASE WHEN {_SINGLE} THEN 0 ELSE {mailing} END",
            numbers=(_NUMBERS_POSTGRES if postgres else _NUMBERS_SQLITE).format(rows=rows),
        )
        # psycopg takes a single one for the beginning of a parameter
        run(database, sql.replace("%", "%%") if postgres else sql)
        return [None]

    return job


def _id(number: str, salt: str, postgres: bool) -> str:
    if postgres:
        return f"CAST('{salt}' || lpad(to_hex({number}), 16, '0') AS uuid)"
    return f"'{salt}' || printf('%016x', {number})"
