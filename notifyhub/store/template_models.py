"""The tables of templates, and of the texts made from them; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, IntegerField, Model, TextField, UUIDField


class TemplateVariant(Model):
    """A variant of a template as it is from this version on.

    language, channel  empty: for all
    text               NULL: the variant is gone
    parts              JSON of `subject`, `html` and `parse_mode`, as far as there are any
    """

    name = TextField()
    version = IntegerField()
    language = TextField()
    channel = TextField()
    text = TextField(null=True)
    parts = TextField(null=True)
    created_at = BigIntegerField()

    class Meta:
        table_name = "template_variants"
        primary_key = CompositeKey("name", "version", "language", "channel")
        without_rowid = True


class Wording(Model):
    """The text of a delivery that has another than its message. `options` is JSON, by channel, as in messages."""

    message_id = UUIDField()
    position = IntegerField()
    text = TextField()
    options = TextField(null=True)

    class Meta:
        table_name = "wordings"
        primary_key = CompositeKey("message_id", "position")
        without_rowid = True


MODELS: tuple[type[Model], ...] = (TemplateVariant, Wording)
