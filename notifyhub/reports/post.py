"""Where reports are handed over to a mail server."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage


class PostFailed(Exception):
    """The mail server did not take it; the text says why."""


Compose = Callable[..., EmailMessage]
"""Makes the mail, once it is known from whom it is (`sender=…`)."""
Post = Callable[[Compose], None]
"""Hands a mail over, and returns when the server has taken it. Raises PostFailed."""
