"""The tables of rate limits, and of the calls that were made. Moments are epoch milliseconds, except in cells."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, Model, TextField


class RateCell(Model):
    """The cell of a limit (see `domain.gcra`), where processes share them in the store. Moments are epoch µs."""

    name = TextField(primary_key=True)
    free_at = BigIntegerField()
    booked = BigIntegerField()
    shut = BigIntegerField()

    class Meta:
        table_name = "rate_cells"


class SenderPace(Model):
    """What an account's messenger has taught of its pace (see `domain.adaptive_rate`). Factors are millionths."""

    channel = TextField()
    sender = TextField()
    factor = BigIntegerField()
    refused = BigIntegerField()
    refused_at = BigIntegerField()
    changed_at = BigIntegerField()
    paused_until = BigIntegerField()

    class Meta:
        table_name = "sender_paces"
        primary_key = CompositeKey("channel", "sender")


class CallCount(Model):
    """Calls of one process on one channel in one minute (of the epoch) with the same outcome."""

    channel = TextField()
    minute = BigIntegerField()
    process = TextField()
    outcome = TextField()
    code = TextField()
    calls = BigIntegerField()
    last_at = BigIntegerField()

    class Meta:
        table_name = "pulses"
        primary_key = CompositeKey("channel", "minute", "process", "outcome", "code")


MODELS: tuple[type[Model], ...] = (RateCell, SenderPace, CallCount)
