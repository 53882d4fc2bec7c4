"""The fingerprint that stops a second sending."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import blake2b


def dedup_key(channel: str, address: str, text: str) -> str:
    """The same for the same content to the same address on the same channel; 128 bits, as 22 characters."""
    # Each part is preceded by its length, so that no two different triples read the same.
    parts = (part.encode("utf-8") for part in (channel, address, text))
    digest = blake2b(b"".join(b"%d:%b" % (len(part), part) for part in parts), digest_size=16).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
