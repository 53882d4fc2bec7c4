"""What the provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from notifyhub.server.loopback import is_loopback
from notifyhub_api.dashboard.oidc.fetching import Document
from notifyhub_api.dashboard.oidc.refusals import UNUSABLE, OidcSignInRefused

PATH = "/.well-known/openid-configuration"
BASIC = "client_secret_basic"
POST = "client_secret_post"


class Metadata(NamedTuple):
    """The addresses and habits of a provider.

    userinfo_endpoint   None: it has none
    authentication      BASIC or POST: how it takes the client secret
    names_itself        does it promise the parameter `iss` of RFC 9207?
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    authentication: str
    names_itself: bool


def address_of(issuer: str) -> str:
    """Where its metadata is (section 4.1)."""
    return issuer.rstrip("/") + PATH


def read(document: Document, issuer: str) -> Metadata:
    """Metadata out of their document. Raises OidcSignInRefused if they are of another issuer, or not complete."""
    if document.get("issuer") != issuer:
        raise _unusable(f"its issuer is {document.get('issuer')!r}, and NOTIFYHUB_OIDC_ISSUER is {issuer!r}")
    has_userinfo = document.get("userinfo_endpoint") is not None
    return Metadata(
        _endpoint(document, "authorization_endpoint", issuer),
        _endpoint(document, "token_endpoint", issuer),
        _endpoint(document, "jwks_uri", issuer),
        _endpoint(document, "userinfo_endpoint", issuer) if has_userinfo else None,
        _authentication(document),
        document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: Document, name: str, issuer: str) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not _is_safe(url, issuer):
        raise _unusable(f"its {name} is not an https:// URL")
    return url


def _is_safe(url: str, issuer: str) -> bool:
    """https, or http on this machine for a provider that is here itself."""
    if issuer.startswith("http://") and url.startswith("http://"):
        return is_loopback(url)
    try:
        return url.startswith("https://") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _authentication(document: Document) -> str:
    """The first that both sides can; basic is what holds if the provider does not say (section 3)."""
    offered = document.get("token_endpoint_auth_methods_supported", [BASIC])
    for method in (BASIC, POST):
        if isinstance(offered, list) and method in offered:
            return method
    raise _unusable(f"it takes the client secret in no way that is known here: {offered!r}")


def _unusable(why: str) -> OidcSignInRefused:
    return OidcSignInRefused(UNUSABLE, f"metadata of the provider: {why}")
