"""The peer's rows, in SQLite (WAL, synchronous=FULL) or PostgreSQL. Times are epoch seconds."""

import time
from typing import Any

from peewee import AutoField, BigIntegerField, DatabaseProxy, DoubleField, IntegerField, Model, TextField, chunked, fn
from playhouse.db_url import connect

LEASE = 60.0
CLOSED = ("sent", "failed")

database = DatabaseProxy()


class Delivery(Model):
    id = AutoField()
    recipient = BigIntegerField()
    text = TextField()
    status = TextField(default="queued")
    attempt = IntegerField(default=0)
    lease_until = DoubleField(null=True)
    external_id = TextField(null=True)
    claimed_at = DoubleField(null=True)
    recorded_at = DoubleField(null=True)

    class Meta:
        database = database
        table_name = "delivery"


class Attempt(Model):
    id = AutoField()
    delivery = IntegerField(index=True)
    number = IntegerField()
    outcome = TextField()
    error = TextField(null=True)
    started_at = DoubleField()
    ended_at = DoubleField()

    class Meta:
        database = database
        table_name = "attempt"


def open_store(url: str) -> None:
    """Bind this process to ``url``; one kept connection per thread."""
    if url.startswith("sqlite"):
        pragmas = {"journal_mode": "wal", "synchronous": "full"}
        database.initialize(connect(url, pragmas=pragmas, timeout=30, lock_type="IMMEDIATE"))
    else:
        database.initialize(connect(url, prefer_psycopg3=True))
    database.connect()


def fill(rows: int) -> list[int]:
    """New tables with ``rows`` queued deliveries; their ids."""
    database.drop_tables([Attempt, Delivery])
    database.create_tables([Delivery, Attempt])
    fields = [Delivery.recipient, Delivery.text]
    with database.atomic():
        for part in chunked(((100_000 + n, f"peer {n}") for n in range(rows)), 500):
            Delivery.insert_many(part, fields=fields).execute()
    query: Any = Delivery.select(Delivery.id).order_by(Delivery.id).tuples()
    return [row for (row,) in query]


def claim(delivery_id: int) -> Delivery | None:
    """The row with its attempt number raised, if it was free: queued, or left behind in a lease that has ended."""
    now = time.time()
    free = (Delivery.status == "queued") | ((Delivery.status == "sending") & (Delivery.lease_until < now))
    query: Any = (
        Delivery.update(
            status="sending",
            attempt=Delivery.attempt + 1,
            lease_until=now + LEASE,
            claimed_at=fn.COALESCE(Delivery.claimed_at, now),
        )
        .where((Delivery.id == delivery_id) & free)
        .returning(Delivery)
    )
    return next(iter(query.execute()), None)


def is_leased(delivery_id: int) -> bool:
    """Whether somebody holds the row: at work, or dead with a lease that has not ended."""
    return bool(Delivery.select().where((Delivery.id == delivery_id) & (Delivery.status == "sending")).exists())


def record(
    row: Any, status: str, started_at: float, *, external_id: str | None = None, error: str | None = None
) -> None:
    """The outcome and its attempt row, in one transaction; nothing if the lease went to somebody else meanwhile."""
    now = time.time()
    with database.atomic():
        mine = (Delivery.id == row.id) & (Delivery.status == "sending") & (Delivery.attempt == row.attempt)
        values = {"status": status, "external_id": external_id, "lease_until": None, "recorded_at": now}
        if Delivery.update(**values).where(mine).execute():
            Attempt.insert(
                delivery=row.id, number=row.attempt, outcome=status, error=error, started_at=started_at, ended_at=now
            ).execute()


def still_open() -> int:
    return int(Delivery.select().where(Delivery.status.not_in(CLOSED)).count())


def sent_and_seconds() -> tuple[int, float]:
    """How many were sent, and the time from the first claim to the last record."""
    query: Any = Delivery.select(fn.COUNT(1), fn.MIN(Delivery.claimed_at), fn.MAX(Delivery.recorded_at))
    count, first, last = query.where(Delivery.status == "sent").tuples().get()
    return int(count), float((last or 0.0) - (first or 0.0))
