"""The table of chains; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigIntegerField, IntegerField, Model, TextField, UUIDField

from notifyhub.store.models import index


class ChainStep(Model):
    """A delivery that is a step of a chain. Deliveries without a chain have no row here.

    chain_id    the delivery of the first step
    step        from 1
    former_id   the delivery that gave way to this one
    next_id     the delivery that this one gave way to
    rest        JSON: [channel, address] of each step that may follow; NULL: none
    confirm_at  if it is not confirmed by then, it gives way
    began_at    when this step was stored
    """

    delivery_id = BigIntegerField(primary_key=True)
    message_id = UUIDField()
    chain_id = BigIntegerField()
    mailing_id = BigIntegerField()
    channel = TextField()
    step = IntegerField()
    former_id = BigIntegerField(null=True)
    next_id = BigIntegerField(null=True)
    rest = TextField(null=True)
    confirm_within_ms = BigIntegerField(null=True)
    confirm_at = BigIntegerField(null=True)
    began_at = BigIntegerField()

    class Meta:
        table_name = "chain_steps"


index(ChainStep, "chain_steps_chain", ChainStep.chain_id, ChainStep.step)
index(ChainStep, "chain_steps_message", ChainStep.message_id)
index(ChainStep, "chain_steps_confirm", ChainStep.confirm_at, where="confirm_at IS NOT NULL")
index(
    ChainStep,
    "chain_steps_awaited",
    ChainStep.mailing_id,
    where="confirm_at IS NOT NULL AND mailing_id <> 0 AND channel IN ('viber', 'whatsapp')",
)

MODELS: tuple[type[Model], ...] = (ChainStep,)
