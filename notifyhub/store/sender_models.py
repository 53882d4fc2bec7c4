"""The table of sender accounts; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, IntegerField, Model, TextField


class Sender(Model):
    """What all processes know of an account of a channel; there is no row of one that never had trouble.

    sender   the empty text: the account of the channel's own settings
    state    of its circuit breaker: closed, open or half_open
    version  changes at random with every change of the circuit
    The others are those of `domain.circuit_breaker.Circuit`.
    """

    channel = TextField()
    sender = TextField()
    state = TextField()
    since = BigIntegerField()
    until = BigIntegerField()
    tries = IntegerField()
    passed = IntegerField()
    reason = TextField()
    code = TextField()
    detail = TextField()
    mend = TextField()
    version = BigIntegerField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "senders"
        primary_key = CompositeKey("channel", "sender")
        without_rowid = True


MODELS: tuple[type[Model], ...] = (Sender,)
