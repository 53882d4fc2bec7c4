"""Inboxes: every token has one, so that tests that run side by side do not meet."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b


@lru_cache(maxsize=1024)
def inbox_of(token: str) -> str:
    """The name of a token's inbox: a short fingerprint, from which the token cannot be had. Empty for no token."""
    if not token:
        return ""
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=6, person=b"inbox").hexdigest()
