"""Handing reports over to the mail server of the channel `email`, or to the emulator if that is emulated."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub.mail.post import Compose as Compose
from notifyhub.mail.post import PostFailed as PostFailed
from notifyhub.mail.post import post
from notifyhub.providers.registry import mail_account_of
from notifyhub.settings import Settings

Post = Callable[[Compose], None]
"""Hands a mail over, and returns when the server has taken it. Raises PostFailed."""


def post_of(settings: Settings) -> Post:
    """The way to the mail server. Raises SettingsError for a CA file that is none."""
    return post(mail_account_of(settings))
