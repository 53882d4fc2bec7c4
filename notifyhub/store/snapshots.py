"""Reading by several statements as of one moment, whoever writes meanwhile.

Otherwise each statement of a reader sees the store as it is by then, and what they find does not fit together. Where
one statement can ask for all of it, that is better: this costs two more round trips on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import peewee

from notifyhub.store.rows import is_postgres

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")

_IDLE = 0  # psycopg.pq.TransactionStatus, which is there only with PostgreSQL


def at_one_moment(
    question: Callable[Concatenate[peewee.Database, P], R],
) -> Callable[Concatenate[peewee.Database, P], R]:
    """A question whose statements all see the same."""

    @wraps(question)
    def ask(database: peewee.Database, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with one_moment(database):
            return question(database, *args, **kwargs)

    return ask


def both(
    first: Callable[[peewee.Database], R], second: Callable[[peewee.Database], S]
) -> Callable[[peewee.Database], tuple[R, S]]:
    """Query: the answers to two queries, as of one moment."""
    return at_one_moment(lambda database: (first(database), second(database)))


@contextmanager
def one_moment(database: peewee.Database) -> Iterator[None]:
    """Within it, all statements see the store as it was at the first of them, and none may write.

    In a transaction that has begun already it changes nothing. On PostgreSQL each statement of a writer's job still
    sees what others have committed before it, so a job that must not see that asks by one statement, or locks.
    """
    if _in_transaction(database):
        yield
    else:
        # A transaction of SQLite that only reads waits for nobody, and nobody waits for it.
        with database.atomic("REPEATABLE READ, READ ONLY" if is_postgres(database) else "DEFERRED"):
            yield


def _in_transaction(database: peewee.Database) -> bool:
    """As the driver knows it without asking the server; peewee does not know the transactions of the writer."""
    connection = database.connection()  # type: ignore[no-untyped-call]
    if is_postgres(database):
        return bool(connection.info.transaction_status != _IDLE)
    return bool(connection.in_transaction)
