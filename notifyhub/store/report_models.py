"""The table of daily reports; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigIntegerField, IntegerField, Model, TextField


class Report(Model):
    """The report of a day, once somebody began to send it.

    day          the local day that it is about: 2026-11-27
    state        sending, sent or failed; failed: tried again at `due_at`, as long as it is the day after
    tries        also guards the lease: what comes of a try is written only while no other has begun
    lease_until  until then nobody else sends it
    accepted     JSON: the addresses for which the mail server has taken it
    detail       why the last try failed; empty: it did not
    """

    day = TextField(primary_key=True)
    state = TextField()
    tries = IntegerField()
    due_at = BigIntegerField()
    lease_until = BigIntegerField()
    accepted = TextField()
    detail = TextField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "reports"
        without_rowid = True


MODELS: tuple[type[Model], ...] = (Report,)
