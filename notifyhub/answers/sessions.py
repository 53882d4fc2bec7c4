"""Answers about signing in to the dashboard."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from notifyhub.answers.base import Answer
from notifyhub.domain.roles import Role


class LoginLink(Answer):
    """A link that signs somebody in once. Only its creation shows it."""

    token: str = Field(description="what the link proves itself with")
    url: str = Field(description="the whole link, to be opened in a browser")
    role: Role
    name: str = Field(description="whom it signs in")
    expires_at: datetime = Field(description="when it stops working")


class Session(Answer):
    """Somebody who is signed in to the dashboard."""

    id: int
    name: str = Field(description="who it is")
    role: Role
    via: Literal["link", "oidc"] = Field(description="signed in by a link, or by an OpenID Connect provider")
    user_agent: str = Field(description="what their browser calls itself, up to 200 characters")
    created_at: datetime = Field(description="when they signed in")
    expires_at: datetime = Field(description="when they have to sign in again, whatever they do until then")
    last_used_at: datetime = Field(description="to the minute")


class SessionPage(Answer):
    """Everybody who is signed in."""

    items: list[Session]
