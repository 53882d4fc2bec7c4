"""Signatures of posts, as Standard Webhooks describe them (github.com/standard-webhooks/standard-webhooks, spec)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

SECRET_PREFIX = "whsec_"  # noqa: S105 (what such a secret begins with)
SECRET_BYTES = 32
"""Random bytes in a secret; Standard Webhooks ask for 24 to 64."""


def secret_of(key: bytes) -> str:
    """A key as Standard Webhooks write it."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The key of a secret as Standard Webhooks write it, or any other text."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def signature(key: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """One signature of a post, with its version."""
    digest = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(id_: str, at_s: int, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers of a post, with one signature for each key; without keys it is not signed.

    id_   the same for each repeat of the post
    at_s  seconds since 1970: receivers refuse what is older than a few minutes
    """
    at = str(at_s)
    given = {"Content-Type": "application/json", "webhook-id": id_, "webhook-timestamp": at}
    if signatures := " ".join(signature(key, id_, at, body) for key in keys):
        given["webhook-signature"] = signatures
    return given
