"""The tables of what processes without a common Redis share."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, IntegerField, Model, TextField


class Leader(Model):
    """Who may do something that one process at a time is enough for, until its lease runs out.

    name    what is led: sweeps
    holder  the process that leads, by a name of its own
    rank    a process with a higher one takes the lead from it
    until   epoch milliseconds of the database's clock
    """

    name = TextField(primary_key=True)
    holder = TextField()
    rank = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "leaders"
        without_rowid = True


class RequestMinute(Model):
    """How many of the requests that a key may make in a minute of the clock API processes have taken.

    consumer  the number of the key
    minute    epoch minutes
    """

    consumer = IntegerField()
    minute = BigIntegerField()
    taken = BigIntegerField()

    class Meta:
        table_name = "request_minutes"
        primary_key = CompositeKey("consumer", "minute")
        without_rowid = True


MODELS: tuple[type[Model], ...] = (Leader, RequestMinute)
