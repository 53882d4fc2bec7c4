"""The tables of reachability and of what people write; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, CompositeKey, IntegerField, Model, TextField, UUIDField

from notifyhub.store.models import index


class Reachability(Model):
    """Why nothing is sent to an address.

    suppressed  1: by the wish of the person or of an operator, for all senders of the channel; 0: a messenger said so
    sender      the account that was told so, empty for the main one, and for all that is suppressed
    source      attempt, receipt, inbound or operator
    expires_at  NULL: never
    """

    id = BigAutoField()
    channel = TextField()
    address = TextField()
    suppressed = IntegerField()
    sender = TextField()
    reason = TextField()
    source = TextField()
    learnt_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)

    class Meta:
        table_name = "reachability"


class ReachabilityOverride(Model):
    """A message that is sent in spite of what messengers said of its addresses."""

    message_id = UUIDField(primary_key=True)

    class Meta:
        table_name = "reachability_overrides"


class Refusal(Model):
    """Why a delivery was refused without a call: the entry as it was then."""

    delivery_id = BigIntegerField(primary_key=True)
    refused_at = BigIntegerField()
    learnt_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    source = TextField()

    class Meta:
        table_name = "refusals"


class InboundUpdate(Model):
    """A webhook call that was acted on, so that its repeats are not; kept for longer than any messenger repeats."""

    channel = TextField()
    sender = TextField()
    update_id = TextField()
    seen_at = BigIntegerField()

    class Meta:
        table_name = "inbound_updates"
        primary_key = CompositeKey("channel", "sender", "update_id")


class InboundPost(Model):
    """An inbound message that the operator's URL has not taken yet; `body` is JSON."""

    id = BigAutoField()
    body = TextField()
    created_at = BigIntegerField()
    due_at = BigIntegerField()
    tries = IntegerField()

    class Meta:
        table_name = "inbound_posts"


index(
    Reachability,
    "reachability_place",
    Reachability.channel,
    Reachability.address,
    Reachability.suppressed,
    Reachability.sender,
    unique=True,
)
index(Reachability, "reachability_reason", Reachability.reason, Reachability.id)
index(Reachability, "reachability_expiry", Reachability.expires_at, where="expires_at IS NOT NULL")
index(InboundUpdate, "inbound_updates_age", InboundUpdate.seen_at)
index(InboundPost, "inbound_posts_due", InboundPost.due_at, InboundPost.id)

MODELS: tuple[type[Model], ...] = (Reachability, ReachabilityOverride, Refusal, InboundUpdate, InboundPost)
