"""The tables of the dashboard's sign-in; moments are epoch milliseconds, as in `store.models`."""

from __future__ import annotations

from peewee import BigAutoField, BigIntegerField, Model, TextField

from notifyhub.store.models import index


class LoginLink(Model):
    """A link that signs somebody in once.

    hash  of its token, which is not stored
    name  of the person whom it signs in
    """

    id = BigAutoField()
    hash = TextField()
    name = TextField()
    role = TextField()
    created_at = BigIntegerField()
    expires_at = BigIntegerField()
    used_at = BigIntegerField(null=True)

    class Meta:
        table_name = "login_links"


class DashboardSession(Model):
    """Somebody who is signed in.

    hash          of the secret in their cookie, which is not stored
    via           link or oidc
    user_agent    what their browser called itself, shortened
    last_used_at  to the minute
    """

    id = BigAutoField()
    hash = TextField()
    name = TextField()
    role = TextField()
    via = TextField()
    user_agent = TextField()
    created_at = BigIntegerField()
    expires_at = BigIntegerField()
    last_used_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)

    class Meta:
        table_name = "dashboard_sessions"


index(LoginLink, "login_links_hash", LoginLink.hash, unique=True)
index(LoginLink, "login_links_expires", LoginLink.expires_at)
index(DashboardSession, "dashboard_sessions_hash", DashboardSession.hash, unique=True)
index(DashboardSession, "dashboard_sessions_expires", DashboardSession.expires_at)

MODELS: tuple[type[Model], ...] = (LoginLink, DashboardSession)
