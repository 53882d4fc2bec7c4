"""The provider's metadata and keys, each asked for once an hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from notifyhub_api.dashboard.oidc import metadata
from notifyhub_api.dashboard.oidc.fetching import Document, Fetcher
from notifyhub_api.dashboard.oidc.metadata import Metadata
from notifyhub_api.dashboard.oidc.refusals import UNTRUSTED, UNUSABLE, OidcSignInRefused

KEPT_S = 3600

PublicKey = RSAKey | ECKey


class _Known(NamedTuple):
    metadata: Metadata
    keys: Sequence[PublicKey]
    until_s: float


class Discovery:
    """Knows one provider.

    now_s  the present moment, in seconds
    """

    def __init__(self, issuer: str, fetcher: Fetcher, now_s: Callable[[], float]) -> None:
        self._issuer = issuer
        self._fetcher = fetcher
        self._now_s = now_s
        self._known: _Known | None = None

    async def metadata(self) -> Metadata:
        """Raises OidcSignInRefused."""
        return (await self._current()).metadata

    async def key(self, kid: str | None, algorithm: str) -> PublicKey:
        """The key that signs with this id and algorithm; the keys are asked for anew if it is not there.

        Raises OidcSignInRefused.
        """
        known = await self._current()
        found = _fitting(known.keys, kid, algorithm)
        if not found:
            # The provider may have new keys since (OpenID Connect Core 1.0, section 10.1.1).
            self._known = known._replace(keys=await self._keys(known.metadata))
            found = _fitting(self._known.keys, kid, algorithm)
        if len(found) != 1:
            raise OidcSignInRefused(
                UNTRUSTED, f"{len(found)} keys of the provider fit the ID token: {kid=}, {algorithm=}"
            )
        return found[0]

    async def _current(self) -> _Known:
        if self._known is None or self._known.until_s <= self._now_s():
            document = await self._fetcher.get(metadata.address_of(self._issuer))
            found = metadata.read(document, self._issuer)
            self._known = _Known(found, await self._keys(found), self._now_s() + KEPT_S)
        return self._known

    async def _keys(self, found: Metadata) -> Sequence[PublicKey]:
        listed = (await self._fetcher.get(found.jwks_uri)).get("keys")
        if not isinstance(listed, list):
            raise OidcSignInRefused(UNUSABLE, f"{found.jwks_uri}: has no list of keys")
        return [key for one in listed if isinstance(one, dict) and (key := _public_key(one)) is not None]


def _public_key(written: Document) -> PublicKey | None:
    """None: nothing that we could check a signature with (RFC 7517, section 5: such keys are passed over)."""
    try:
        key = JWKRegistry.import_key(written)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey) else None


def _fitting(keys: Sequence[PublicKey], kid: str | None, algorithm: str) -> list[PublicKey]:
    """Without an id in the token, all that fit: there must be only one then (Core 1.0, section 10.1)."""
    kind = "EC" if algorithm.startswith("ES") else "RSA"
    return [
        key
        for key in keys
        if key.key_type == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and kid in (None, key.get("kid"))
    ]
