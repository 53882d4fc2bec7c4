"""The tables of events and of the endpoints that they are posted to; moments are epoch milliseconds."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, CompositeKey, IntegerField, Model, TextField, UUIDField

from notifyhub.store.models import index


class Event(Model):
    """Something that others want to know. Rows are written by triggers and jobs, in the transaction of the change.

    channel, mailing_id  what it is about, for the filters of endpoints
    address              the person who did something; NULL for everything that names people by number only
    data                 JSON, with NULLs
    position             NULL until it has its place in the order that readers see (see `store.numbering`)
    key                  its id for others, given with the position
    """

    id = BigAutoField()
    type = TextField()
    created_at = BigIntegerField()
    channel = TextField(null=True)
    mailing_id = BigIntegerField(null=True)
    address = TextField(null=True)
    data = TextField()
    position = BigIntegerField(null=True)
    key = UUIDField(null=True)

    class Meta:
        table_name = "events"


class EventMessage(Model):
    """A message that may be completed: a delivery of it has ended. A message may be here more than once."""

    id = BigAutoField()
    message_id = UUIDField()

    class Meta:
        table_name = "event_messages"


class EventPosition(Model):
    """One row: the last position that was given, and when. Who gives positions holds it."""

    id = IntegerField(primary_key=True)
    last = BigIntegerField()
    at = BigIntegerField()

    class Meta:
        table_name = "event_positions"


class EventWant(Model):
    """A type of event that somebody wants; triggers write no other. `wanter`: an endpoint, or 0 for readers."""

    type = TextField()
    wanter = BigIntegerField()

    class Meta:
        table_name = "event_wants"
        primary_key = CompositeKey("type", "wanter")
        without_rowid = True


class WebhookEndpoint(Model):
    """Where events are posted.

    events           JSON: patterns of types
    channels         JSON; NULL: all
    mailing_id       only events of this mailing; NULL: all
    disabled_reason  gone, failing or operator, while it is not enabled
    old_secret       signs too, until `old_until`
    failing_since    the first failure since the last success
    """

    id = BigAutoField()
    url = TextField()
    events = TextField()
    channels = TextField(null=True)
    mailing_id = BigIntegerField(null=True)
    description = TextField(null=True)
    enabled = IntegerField()
    disabled_reason = TextField(null=True)
    secret = TextField()
    old_secret = TextField(null=True)
    old_until = BigIntegerField(null=True)
    failing_since = BigIntegerField(null=True)
    created_at = BigIntegerField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "webhook_endpoints"


class WebhookPost(Model):
    """An event for an endpoint.

    state       waiting, posting (its lease ends at `due_at`), posted or dead
    tries       all that were made; also guards the lease
    spent       tries since it was new, or was asked for again
    give_up_at  the last try is not later
    """

    id = BigAutoField()
    endpoint_id = BigIntegerField()
    event_id = BigIntegerField()
    state = TextField()
    due_at = BigIntegerField()
    tries = IntegerField()
    spent = IntegerField()
    give_up_at = BigIntegerField()
    created_at = BigIntegerField()

    class Meta:
        table_name = "webhook_posts"


class WebhookTry(Model):
    """One call to an endpoint. `status`: of the answer; NULL: there was none, and `error` says why."""

    post_id = BigIntegerField()
    number = IntegerField()
    started_at = BigIntegerField()
    duration_ms = BigIntegerField()
    status = IntegerField(null=True)
    error = TextField(null=True)
    answer = TextField()

    class Meta:
        table_name = "webhook_tries"
        primary_key = CompositeKey("post_id", "number")
        without_rowid = True


index(Event, "events_new", Event.id, where="position IS NULL")
index(Event, "events_position", Event.position, unique=True, where="position IS NOT NULL")
index(Event, "events_created", Event.created_at, Event.id)
index(Event, "events_address", Event.address, Event.channel, where="address IS NOT NULL")
index(WebhookPost, "webhook_posts_event", WebhookPost.endpoint_id, WebhookPost.event_id, unique=True)
index(WebhookPost, "webhook_posts_of_event", WebhookPost.event_id)
index(WebhookPost, "webhook_posts_listed", WebhookPost.endpoint_id, WebhookPost.id)
index(
    WebhookPost,
    "webhook_posts_due",
    WebhookPost.endpoint_id,
    WebhookPost.due_at,
    WebhookPost.id,
    where="state IN ('waiting', 'posting')",
)

MODELS: tuple[type[Model], ...] = (
    Event,
    EventMessage,
    EventPosition,
    EventWant,
    WebhookEndpoint,
    WebhookPost,
    WebhookTry,
)
