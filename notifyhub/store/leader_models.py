"""The table of leaders; moments are epoch milliseconds of the database's clock."""

from __future__ import annotations

from peewee import BigIntegerField, IntegerField, Model, TextField


class Leader(Model):
    """Who may do something that one process at a time is enough for, until its lease runs out.

    name    what is led: sweeps
    holder  the process that leads, by a name of its own
    rank    a process with a higher one takes the lead from it
    """

    name = TextField(primary_key=True)
    holder = TextField()
    rank = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "leaders"
        without_rowid = True


MODELS: tuple[type[Model], ...] = (Leader,)
