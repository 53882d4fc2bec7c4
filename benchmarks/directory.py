"""A directory of many clients on Telegram, put in with bulk SQL, and mailings to all of them."""

from collections.abc import Callable
from typing import Any

import peewee

from benchmarks.rows import FIRST_CHAT
from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.store.rows import is_postgres, run

MAILING = {"name": "Benchmark", "text": "To everybody", "channels": ["telegram"], "ends_at": "2126-12-01T10:00:00Z"}
TEMPLATE = (
    "{{ attributes.name }} of {{ attributes.city }}, you have ordered {{ attributes.orders }} times. "
    "{{ percent }} % off for {{ phone }}"
)
FILLED = {**MAILING, "text": None, "template": "sale", "variables": {"percent": 50}}

# Three operators, three zones, two tags.
_CLIENTS = f"""
    INSERT INTO clients (phone, operator_code, timezone, addresses, attributes, opted_out, created_at, updated_at)
    SELECT CAST(79000000000 + n AS TEXT), CAST(900 + n % 3 AS TEXT),
        CASE n % 3 WHEN 0 THEN 'Europe/Moscow' WHEN 1 THEN 'Asia/Omsk' ELSE 'Asia/Vladivostok' END,
        '{{{{"telegram":"' || CAST({FIRST_CHAT} + n AS TEXT) || '"}}}}',
        '{{{{"name":"Client ' || CAST(n AS TEXT) || '","city":"Tver","orders":' || CAST(n % 17 AS TEXT) || '}}}}',
        '[]', 0, 0
    FROM {{numbers}}"""
_TAGS = "INSERT INTO client_tags (client_id, tag) SELECT id, CASE WHEN id % 2 = 0 THEN 'a' ELSE 'b' END FROM clients"
_NUMBERS_SQLITE = "(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) SELECT n FROM c)"
_NUMBERS_POSTGRES = "generate_series(1, {rows}) AS numbers (n)"


def as_csv(rows: int) -> str:
    """A table of clients for an import."""
    head = "phone,operator_code,tags,timezone,addresses.telegram,attributes.city,attributes.orders\n"
    zones = ("Europe/Moscow", "Asia/Omsk", "Asia/Vladivostok")
    return head + "".join(
        f"+7 (9{n % 90 + 10}) {n // 10_000 % 1_000:03}-{n // 100 % 100:02}-{n % 100:02},,{'a;b' if n % 2 else 'a'},"
        f"{zones[n % 3]},{FIRST_CHAT + n},Tver,{n % 17}\n"
        for n in range(rows)
    )


def fill(hub: Hub, rows: int) -> None:
    """Put in `rows` clients."""
    core_of(hub).database.write(_job(rows), None).result()


def _job(rows: int) -> Callable[[peewee.Database, Any], list[None]]:
    def job(database: peewee.Database, items: Any) -> list[None]:
        postgres = is_postgres(database)
        numbers = (_NUMBERS_POSTGRES if postgres else _NUMBERS_SQLITE).format(rows=rows)
        sql = _CLIENTS.format(numbers=numbers)
        run(database, sql.replace("%", "%%") if postgres else sql)
        run(database, _TAGS.replace("%", "%%") if postgres else _TAGS)
        run(database, "ANALYZE clients")
        run(database, "ANALYZE client_tags")
        return [None]

    return job
