"""What is remembered between the two halves of a sign-in: in the browser, in a sealed cookie.

So every API process can end what another one began, and nothing is stored. The cookie is encrypted and authenticated
(Fernet: AES-128-CBC and HMAC-SHA256) with a key that HKDF-SHA256 derives from the client secret; the issuer and the
client id take part in it, so another provider has another key.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple

import orjson
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from notifyhub_api.dashboard.local_paths import local_path

LIFETIME_S = 600
_PURPOSE = "notifyhub: the cookie of a sign-in that is under way"


class Flow(NamedTuple):
    """A sign-in that is under way.

    state     ties the provider's answer to this browser
    nonce     ties the ID token to this sign-in
    verifier  proves to the provider that whoever has the code also began (RFC 7636)
    """

    state: str
    nonce: str
    verifier: str
    return_to: str

    @property
    def challenge(self) -> str:
        """RFC 7636, section 4.2: S256."""
        return base64.urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


def new_flow(return_to: str) -> Flow:
    """Three times 256 bits of chance."""
    return Flow(token_urlsafe(32), token_urlsafe(32), token_urlsafe(32), local_path(return_to))


class Seal:
    """Makes and reads the cookie's value."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        info = orjson.dumps([_PURPOSE, issuer, client_id])
        key = HKDF(SHA256(), length=32, salt=None, info=info).derive(client_secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, flow: Flow, now_s: int) -> str:
        sealed = self._fernet.encrypt_at_time(orjson.dumps(list(flow)), now_s)
        # Without what a cookie would have to put in quotation marks.
        return sealed.rstrip(b"=").decode()

    def open(self, value: str, now_s: int) -> Flow | None:
        """None: it is not ours, was changed, or is older than LIFETIME_S."""
        try:
            padded = value.encode() + b"=" * (-len(value) % 4)
            return Flow(*orjson.loads(self._fernet.decrypt_at_time(padded, LIFETIME_S, now_s)))
        except (InvalidToken, UnicodeEncodeError):
            return None
