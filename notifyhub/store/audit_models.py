"""The tables of the audit and of signs of life; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, Model, TextField

from notifyhub.store.models import index


class AuditLine(Model):
    """Who did what.

    face      rest, cli, python or dashboard
    who       name of the API key, of the account on the machine, or of the person; NULL: unknown
    key_id    the API key; NULL: none
    about_id  its id, or the name of a template; NULL: it has none, or they are several
    changed   JSON: in short what changed; NULL: the action says it
    """

    id = BigAutoField()
    created_at = BigIntegerField()
    face = TextField()
    who = TextField(null=True)
    key_id = BigIntegerField(null=True)
    action = TextField()
    about_kind = TextField()
    about_id = TextField(null=True)
    changed = TextField(null=True)
    request_id = TextField(null=True)

    class Meta:
        table_name = "audit"


class Heartbeat(Model):
    """When a process of this role last gave a sign of life, whichever that was."""

    role = TextField(primary_key=True)
    beat_at = BigIntegerField()

    class Meta:
        table_name = "heartbeats"
        without_rowid = True


index(AuditLine, "audit_created_at_id", AuditLine.created_at, AuditLine.id)
index(AuditLine, "audit_about", AuditLine.about_kind, AuditLine.about_id, AuditLine.created_at, AuditLine.id)
index(AuditLine, "audit_who", AuditLine.who, AuditLine.created_at, AuditLine.id)
index(AuditLine, "audit_action", AuditLine.action, AuditLine.created_at, AuditLine.id)

MODELS: tuple[type[Model], ...] = (AuditLine, Heartbeat)
