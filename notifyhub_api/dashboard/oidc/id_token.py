"""Whether an ID token is to be believed (OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8)."""

from __future__ import annotations

import base64
import hashlib
from hmac import compare_digest
from typing import NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, extract_compact

from notifyhub_api.dashboard.oidc.discovery import Discovery
from notifyhub_api.dashboard.oidc.fetching import Document
from notifyhub_api.dashboard.oidc.refusals import UNTRUSTED, OidcSignInRefused

# Neither "none" nor HS…, for which whoever has the client secret, or takes a public key for one, could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_S = 60
"""By how much the clocks of the two may differ."""
_LONGEST_SUBJECT = 255

# Members of the header that we do not know mean nothing, unless "crit" says that they do (RFC 7515, section 4).
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class Expected(NamedTuple):
    """What the token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now_s: int


async def verified(token: str, expected: Expected, discovery: Discovery) -> Document:
    """The claims of an ID token. Raises OidcSignInRefused if anything about it is wrong."""
    try:
        header = extract_compact(token.encode()).headers()
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str | None):
            raise _untrusted(f"it is signed with {algorithm!r}, {kid=}")
        key = await discovery.key(kid, algorithm)
        claims = jwt.decode(token, key, registry=_REGISTRY).claims
        _times_and_names(expected).validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise _untrusted(str(error)) from None
    _check_the_party(claims, expected.client_id)
    _check_the_access_token(claims, algorithm, expected.access_token)
    if len(claims["sub"]) > _LONGEST_SUBJECT:
        raise _untrusted("sub is too long")
    return claims


def _times_and_names(expected: Expected) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=expected.now_s,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        nonce={"essential": True, "value": expected.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _check_the_party(claims: Document, client_id: str) -> None:
    """A token for several is one that we asked for only if `azp` says so."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise _untrusted("azp: it was not given out to this client")


def _check_the_access_token(claims: Document, algorithm: str, access_token: str) -> None:
    if "at_hash" not in claims:
        return
    digest = hashlib.new(f"sha{algorithm[2:]}", access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not compare_digest(half, str(claims["at_hash"]).encode()):
        raise _untrusted("at_hash: the access token is another one")


def _untrusted(why: str) -> OidcSignInRefused:
    return OidcSignInRefused(UNTRUSTED, f"ID token: {why}")
