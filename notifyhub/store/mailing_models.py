"""The tables of clients, mailings and counters; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import SQL, BigAutoField, BigIntegerField, CompositeKey, IntegerField, Model, TextField, UUIDField

from notifyhub.store.models import index


class Client(Model):
    """A person in the directory. `addresses`, `attributes` and `opted_out` are JSON.

    phone          digits with the country code
    operator_code  NULL: a phone of another country, for which none was given
    addresses      those given, by channel; WhatsApp and the gateway fall back on the phone
    opted_out      channels on which nothing may be sent, or `all`
    """

    id = BigAutoField()
    phone = TextField()
    operator_code = TextField(null=True)
    timezone = TextField()
    addresses = TextField()
    attributes = TextField()
    opted_out = TextField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "clients"


class ClientTag(Model):
    """A tag of a client."""

    client_id = BigIntegerField()
    tag = TextField()

    class Meta:
        table_name = "client_tags"
        primary_key = CompositeKey("client_id", "tag")
        without_rowid = True


class Mailing(Model):
    """One text for an audience. `channels`, `audience`, `send_window`, `options`, `variables`, `metadata` are JSON.

    message_id      made at the start, when the text can no longer change
    cursor          all clients up to this id have been looked at, and their deliveries exist
    last_client_id  the newest client at the start: who joins later is not added
    placed          positions of its message that are taken, by deliveries and by duplicates
    rate            its own limit, in words; NULL: none
    template        what each client's text is made from; NULL: `text` is that of all
    swept           0 while deliveries of a cancelled or expired mailing may still be waiting
    """

    id = BigAutoField()
    name = TextField()
    text = TextField()
    options = TextField(null=True)
    channels = TextField()
    reach = TextField()
    audience = TextField()
    starts_at = BigIntegerField()
    ends_at = BigIntegerField(null=True)
    send_window = TextField(null=True)
    priority = IntegerField()
    max_attempts = IntegerField(null=True)
    on_unconfirmed = TextField()
    deduplicate = TextField()
    late_joiners = IntegerField()
    reference = TextField(null=True)
    metadata = TextField(null=True)
    status = TextField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    started_at = BigIntegerField(null=True)
    expanded_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    deleted_at = BigIntegerField(null=True)
    swept = IntegerField()
    message_id = UUIDField(null=True)
    cursor = BigIntegerField()
    last_client_id = BigIntegerField()
    placed = BigIntegerField()
    matched = BigIntegerField()
    duplicates = BigIntegerField()
    unreachable = BigIntegerField()
    opted_out = BigIntegerField()
    rate = TextField(null=True)
    ignore_reachability = IntegerField(constraints=[SQL("DEFAULT 0")])
    template = TextField(null=True)
    template_version = IntegerField(null=True)
    language = TextField(null=True)
    variables = TextField(null=True)

    class Meta:
        table_name = "mailings"


class DeliveryCount(Model):
    """Deliveries by the hour (of the epoch) in which they were accepted. Kept by triggers; shards are to be summed.

    status  `scheduled` also counts those that are being sent
    """

    hour = BigIntegerField()
    channel = TextField()
    status = TextField()
    shard = IntegerField()
    number = BigIntegerField()

    class Meta:
        table_name = "delivery_counts"
        primary_key = CompositeKey("hour", "channel", "status", "shard")
        without_rowid = True


class MailingCount(Model):
    """Deliveries of a mailing, like `DeliveryCount`; no operator code or reason is the empty text."""

    mailing_id = BigIntegerField()
    channel = TextField()
    operator_code = TextField()
    status = TextField()
    reason = TextField()
    shard = IntegerField()
    number = BigIntegerField()

    class Meta:
        table_name = "mailing_counts"
        primary_key = CompositeKey("mailing_id", "channel", "operator_code", "status", "reason", "shard")
        without_rowid = True


index(Client, "clients_phone", Client.phone, unique=True)
index(Client, "clients_operator", Client.operator_code, Client.id)
index(Client, "clients_timezone", Client.timezone, Client.id)
index(ClientTag, "client_tags_tag", ClientTag.tag, ClientTag.client_id)
index(
    Mailing,
    "mailings_open",
    Mailing.status,
    Mailing.starts_at,
    where="status IN ('scheduled', 'running', 'paused')",
)
index(Mailing, "mailings_unswept", Mailing.id, where="swept = 0")

MODELS: tuple[type[Model], ...] = (Client, ClientTag, Mailing, DeliveryCount, MailingCount)
