"""The gateway's tokens: JSON web tokens (RFC 7519) signed by HS256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from notifyhub.emulator.shared.values import json_object


def is_good_jwt(token: str, secret: str | None, now_s: float) -> bool:
    """Is it a JWT that has not expired and, if a secret is given, is signed with it?"""
    signed, _, mark = token.rpartition(".")
    head, _, claims = signed.partition(".")
    expires = _object(claims).get("exp")
    if _object(head).get("alg") != "HS256" or not isinstance(expires, int | float) or expires <= now_s:
        return False
    if secret is None:
        return True
    wanted = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(_decoded(mark), wanted)


def _object(part: str) -> dict[str, Any]:
    return json_object(_decoded(part)) or {}


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return b""
