"""The tables. Unbound peewee models: queries get their database when they are executed.

Moments are epoch milliseconds. Foreign keys are left out on purpose: rows are inserted in bulk in one
transaction with their message, and a check per row would cost the hot path for nothing.
"""

from __future__ import annotations

from typing import Any

from peewee import (
    SQL,
    AutoField,
    BigAutoField,
    BigIntegerField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
    UUIDField,
)


class Message(Model):
    """One text, accepted once.

    deduplicate  forever, off, or seconds as digits
    mailing_id   the mailing whose text it is; 0: none
    channels     JSON of its chain; NULL: none
    template     what its text was made from; NULL: nothing. Then deliveries may have other texts (`Wording`)
    """

    id = UUIDField(primary_key=True)
    text = TextField()
    created_at = BigIntegerField()
    send_at = BigIntegerField(null=True)
    expires_at = BigIntegerField(null=True)
    priority = IntegerField()
    max_attempts = IntegerField(null=True)
    on_unconfirmed = TextField()
    reference = TextField(null=True)
    metadata = TextField(null=True)
    options = TextField(null=True)
    accepted = IntegerField()
    duplicates = IntegerField()
    deduplicate = TextField(constraints=[SQL("DEFAULT 'forever'")])
    mailing_id = BigIntegerField(constraints=[SQL("DEFAULT 0")])
    channels = TextField(null=True)
    template = TextField(null=True)
    template_version = IntegerField(null=True)
    language = TextField(null=True)

    class Meta:
        table_name = "messages"


class Delivery(Model):
    """One message to one recipient on one channel; carries the state.

    attempt     calls made; also guards the lease: a result is valid only for its own attempt
    spent       attempts that count against the limit (waits requested by the messenger do not)
    maybe_sent  1 once an attempt ended unconfirmed: from then on the dedup key is never released
    mailing_id  0: none; its end binds besides `expires_at`
    client_id   whose address this is, and whose latest wish holds; NULL: nobody in the directory
    sender      the account that sends it, by its name in the settings; empty: the channel's own
    lane        those that wait in one take turns with the others (see `store.lanes`)
    """

    id = BigAutoField()
    message_id = UUIDField()
    position = IntegerField()
    channel = TextField()
    address = TextField()
    status = TextField()
    priority = IntegerField()
    due_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    attempt = IntegerField()
    spent = IntegerField()
    max_attempts = IntegerField(null=True)
    lease_until = BigIntegerField(null=True)
    reason = TextField(null=True)
    messenger_id = TextField(null=True)
    sent_at = BigIntegerField(null=True)
    maybe_sent = IntegerField()
    dedup_key = TextField(null=True)
    created_at = BigIntegerField()
    mailing_id = BigIntegerField(constraints=[SQL("DEFAULT 0")])
    client_id = BigIntegerField(null=True)
    operator_code = TextField(null=True)
    sender = TextField(constraints=[SQL("DEFAULT ''")])
    lane = BigIntegerField(constraints=[SQL("DEFAULT 0")])

    class Meta:
        table_name = "deliveries"


class Duplicate(Model):
    """A recipient of a message who was left out, because `duplicate_of` already carries this content to them."""

    message_id = UUIDField()
    position = IntegerField()
    channel = TextField()
    address = TextField()
    duplicate_of = BigIntegerField()
    client_id = BigIntegerField(null=True)

    class Meta:
        table_name = "duplicates"
        primary_key = CompositeKey("message_id", "position")


class Attempt(Model):
    """One call to a messenger and its outcome; `detail` is the masked answer."""

    delivery_id = BigIntegerField()
    number = IntegerField()
    started_at = BigIntegerField()
    finished_at = BigIntegerField()
    outcome = TextField()
    code = TextField()
    detail = TextField()

    class Meta:
        table_name = "attempts"
        primary_key = CompositeKey("delivery_id", "number")


class Receipt(Model):
    """A messenger's later report about a delivery; the first of each kind."""

    delivery_id = BigIntegerField()
    kind = TextField()
    at = BigIntegerField()
    code = TextField()
    detail = TextField()

    class Meta:
        table_name = "receipts"
        primary_key = CompositeKey("delivery_id", "kind")


class EarlyReceipt(Model):
    """A receipt whose delivery was unknown when it arrived; kept for a few minutes."""

    id = BigAutoField()
    received_at = BigIntegerField()
    channel = TextField()
    messenger_id = TextField()
    address = TextField(null=True)
    kind = TextField()
    at = BigIntegerField()
    reason = TextField(null=True)
    code = TextField()
    detail = TextField()
    message_id = TextField(null=True)
    delivery_id = BigIntegerField(null=True)

    class Meta:
        table_name = "early_receipts"


class ApiKey(Model):
    """A consumer's key: only its hash is stored; the prefix is for recognising it.

    last_used_at  to the minute
    rate_limit    requests per minute; none: the setting decides
    """

    id = AutoField()
    name = TextField()
    prefix = TextField()
    hash = TextField(unique=True)
    scopes = TextField()
    created_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)
    expires_at = BigIntegerField(null=True)
    last_used_at = BigIntegerField(null=True)
    rate_limit = IntegerField(null=True)

    class Meta:
        table_name = "api_keys"


class IdempotencyKey(Model):
    """A request with an idempotency key, and its answer for repeats.

    consumer     id of the caller's API key
    fingerprint  of method, path and body
    kept_until   from then on it counts as deleted
    status       of the answer; NULL while the request is in progress
    """

    consumer = IntegerField()
    key = TextField()
    fingerprint = TextField()
    created_at = BigIntegerField()
    kept_until = BigIntegerField()
    status = IntegerField(null=True)
    location = TextField(null=True)
    body = TextField(null=True)

    class Meta:
        table_name = "idempotency_keys"
        primary_key = CompositeKey("consumer", "key")


def index(model: Any, name: str, *fields: Any, unique: bool = False, where: str | None = None) -> None:
    """Add an index to a model; `where` makes it a partial one."""
    found = model.index(*fields, unique=unique, name=name, where=SQL(where) if where else None)
    model.add_index(found)


index(Message, "messages_created", Message.created_at, Message.id)
index(
    Message,
    "messages_reference",
    Message.reference,
    Message.created_at,
    Message.id,
    where="reference IS NOT NULL",
)
index(Delivery, "deliveries_message", Delivery.message_id, Delivery.position)
index(Delivery, "deliveries_listed", Delivery.channel, Delivery.created_at, Delivery.id)
index(Delivery, "deliveries_address", Delivery.address, Delivery.channel, Delivery.created_at, Delivery.id)
index(
    Delivery,
    "deliveries_status",
    Delivery.status,
    Delivery.channel,
    Delivery.created_at,
    Delivery.id,
    where="status <> 'sending'",
)
# Partial, so that they hold only the few rows that a claim or a sweep needs.
_IN_TURN = (Delivery.channel, Delivery.sender, Delivery.priority, Delivery.lane, Delivery.due_at, Delivery.id)
index(Delivery, "deliveries_due", *_IN_TURN, where="status = 'scheduled'")
index(Delivery, "deliveries_paced", *_IN_TURN, where="status = 'scheduled' AND reason = 'paced'")
index(Delivery, "deliveries_leased", Delivery.lease_until, where="status = 'sending'")
index(Delivery, "deliveries_expiring", Delivery.expires_at, where="status = 'scheduled' AND expires_at IS NOT NULL")
index(
    Delivery,
    "deliveries_mailing",
    Delivery.mailing_id,
    Delivery.client_id,
    Delivery.channel,
    unique=True,
    where="mailing_id <> 0",
)
index(
    Delivery,
    "deliveries_client",
    Delivery.client_id,
    Delivery.created_at,
    Delivery.id,
    where="client_id IS NOT NULL",
)
index(
    Delivery,
    "deliveries_operator",
    Delivery.operator_code,
    Delivery.created_at,
    Delivery.id,
    where="operator_code IS NOT NULL",
)
index(Duplicate, "duplicates_client", Duplicate.client_id, where="client_id IS NOT NULL")
index(Message, "messages_mailing", Message.mailing_id, Message.created_at, Message.id, where="mailing_id <> 0")
index(IdempotencyKey, "idempotency_keys_kept", IdempotencyKey.kept_until)
index(Delivery, "deliveries_dedup", Delivery.dedup_key, unique=True, where="dedup_key IS NOT NULL")

# Only channels with receipts are looked up by the messenger's id; for others it costs nothing.
index(
    Delivery,
    "deliveries_receipts",
    Delivery.messenger_id,
    where="messenger_id IS NOT NULL AND channel IN ('viber', 'whatsapp')",
)

MODELS: tuple[type[Model], ...] = (
    Message,
    Delivery,
    Duplicate,
    Attempt,
    Receipt,
    EarlyReceipt,
    ApiKey,
    IdempotencyKey,
)
