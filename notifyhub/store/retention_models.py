"""The tables of what is left of pruned deliveries; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, Model, TextField

from notifyhub.store.models import index


class PrunedKey(Model):
    """The dedup key of a delivery that was pruned: the same content is still not sent again.

    due_at     of the delivery, for messages that only look back so far
    client_id  whose it was: an erasure deletes it
    """

    dedup_key = TextField(primary_key=True)
    delivery_id = BigIntegerField()
    due_at = BigIntegerField()
    client_id = BigIntegerField(null=True)

    class Meta:
        table_name = "pruned_keys"
        without_rowid = True


class PrunedCount(Model):
    """Pruned deliveries, which `DeliveryCount` still counts. Kept by a trigger."""

    hour = BigIntegerField()
    channel = TextField()
    status = TextField()
    number = BigIntegerField()

    class Meta:
        table_name = "pruned_counts"
        primary_key = CompositeKey("hour", "channel", "status")
        without_rowid = True


class PrunedMailingCount(Model):
    """Pruned deliveries of a mailing, which `MailingCount` still counts. Kept by a trigger."""

    mailing_id = BigIntegerField()
    channel = TextField()
    operator_code = TextField()
    status = TextField()
    reason = TextField()
    number = BigIntegerField()

    class Meta:
        table_name = "pruned_mailing_counts"
        primary_key = CompositeKey("mailing_id", "channel", "operator_code", "status", "reason")
        without_rowid = True


class RetentionMark(Model):
    """How far a pass over old deliveries or messages has come.

    reached  all deliveries up to this id are done, or kept; of messages: those created before this moment
    """

    name = TextField(primary_key=True)
    reached = BigIntegerField()

    class Meta:
        table_name = "retention_marks"


class RetentionKept(Model):
    """An old delivery that a pass had to leave, because it was open or had ended lately."""

    name = TextField()
    delivery_id = BigIntegerField()
    look_at = BigIntegerField()

    class Meta:
        table_name = "retention_kept"
        primary_key = CompositeKey("name", "delivery_id")


index(PrunedKey, "pruned_keys_client", PrunedKey.client_id, where="client_id IS NOT NULL")
index(RetentionKept, "retention_kept_look", RetentionKept.name, RetentionKept.look_at, RetentionKept.delivery_id)
index(RetentionKept, "retention_kept_delivery", RetentionKept.delivery_id)

MODELS: tuple[type[Model], ...] = (PrunedKey, PrunedCount, PrunedMailingCount, RetentionMark, RetentionKept)
