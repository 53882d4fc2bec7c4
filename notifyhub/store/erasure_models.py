"""The tables of erasures; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, CompositeKey, Model, TextField

from notifyhub.store.models import index


class Erasure(Model):
    """The proof that a person was erased.

    completed_at  NULL: something is still on its way to the person
    asked_by      whose API key it was, or the command line
    cancelled     deliveries that were not sent any more
    counts        JSON: rows removed or emptied, by table
    key_name      which key made the hashes of `erased_addresses`
    addresses     JSON: [channel, address] of the person, until it is complete
    """

    id = BigAutoField()
    client_id = BigIntegerField()
    asked_at = BigIntegerField()
    completed_at = BigIntegerField(null=True)
    asked_by = TextField()
    reason = TextField()
    cancelled = BigIntegerField()
    counts = TextField()
    key_name = TextField()
    addresses = TextField(null=True)

    class Meta:
        table_name = "erasures"


class ErasedAddress(Model):
    """The keyed hash of an address of somebody who was erased."""

    hash = TextField()
    erasure_id = BigIntegerField()

    class Meta:
        table_name = "erased_addresses"
        primary_key = CompositeKey("hash", "erasure_id")
        without_rowid = True


class ErasureKey(Model):
    """The key of those hashes, where no setting gives one."""

    name = TextField(primary_key=True)
    secret = TextField()

    class Meta:
        table_name = "erasure_keys"


index(Erasure, "erasures_open", Erasure.id, where="completed_at IS NULL")

MODELS: tuple[type[Model], ...] = (Erasure, ErasedAddress, ErasureKey)
