"""Signing in through an OpenID Connect provider: authorization code flow (Core 1.0, section 3.1), PKCE (RFC 7636)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from notifyhub.oidc_settings import OidcSettings
from notifyhub_api.dashboard.oidc import people, refusals, tokens
from notifyhub_api.dashboard.oidc.discovery import Discovery
from notifyhub_api.dashboard.oidc.fetching import Document, Fetcher
from notifyhub_api.dashboard.oidc.flow import Flow, Seal, new_flow
from notifyhub_api.dashboard.oidc.id_token import Expected, verified
from notifyhub_api.dashboard.oidc.metadata import Metadata
from notifyhub_api.dashboard.oidc.people import Identity
from notifyhub_api.dashboard.oidc.refusals import OidcSignInRefused
from notifyhub_api.dashboard.oidc.tokens import Client, Tokens


class Begun(NamedTuple):
    """The first half of a sign-in.

    url           where the browser goes
    cookie_value  what it must bring back, within `flow.LIFETIME_S`; the cookie is removed when it does
    """

    url: str
    cookie_value: str


class Provider:
    """The provider that the settings name. Keeps nothing of a sign-in: any process may end what another one began.

    settings  with an issuer (`settings.enabled`)
    now_s     the present moment, in seconds since 1970

    Raises SettingsError if the file of certificate authorities is none.
    """

    def __init__(self, settings: OidcSettings, now_s: Callable[[], float] = time.time) -> None:
        assert settings.issuer is not None
        assert settings.client_id is not None
        assert settings.client_secret is not None
        self._settings = settings
        self._issuer = settings.issuer
        self._client = Client(settings.client_id, settings.client_secret.get_secret_value())
        self._now_s = now_s
        self._fetcher = Fetcher(settings.timeout_s, settings.ca_file)
        self._discovery = Discovery(self._issuer, self._fetcher, now_s)
        self._seal = Seal(self._issuer, *self._client)

    async def begin(self, redirect_uri: str, return_to: str = "/") -> Begun:
        """Send somebody to the provider, which sends them back to `redirect_uri`.

        return_to  path for after that; anything that could lead to another host becomes "/"

        Raises OidcSignInRefused if the provider does not answer, or not as one.
        """
        metadata = await self._discovery.metadata()
        flow = new_flow(return_to)
        url = _with_query(metadata.authorization_endpoint, self._asked(flow, redirect_uri))
        return Begun(url, self._seal.close(flow, int(self._now_s())))

    async def finish(self, query: Mapping[str, str], cookie_value: str | None, redirect_uri: str) -> Identity:
        """Who came back from the provider, with these query parameters and the cookie of `begin`.

        Raises OidcSignInRefused if it is not certain who, or if they have no role.
        """
        flow = self._seal.open(cookie_value or "", int(self._now_s()))
        if flow is None:
            raise OidcSignInRefused(refusals.LOST)
        metadata = await self._discovery.metadata()
        code = self._code(query, flow, metadata)
        given = await tokens.redeem(
            self._fetcher, metadata, self._client, code=code, verifier=flow.verifier, redirect_uri=redirect_uri
        )
        claims = await self._claims(given, flow, metadata)
        return people.identity(claims, self._settings.groups_claim, self._settings.roles, flow.return_to)

    def _asked(self, flow: Flow, redirect_uri: str) -> Mapping[str, str]:
        return {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": redirect_uri,
            "scope": self._settings.scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }

    def _code(self, query: Mapping[str, str], flow: Flow, metadata: Metadata) -> str:
        """The code, after everything that says whose answer this is."""
        if not compare_digest(query.get("state", "").encode(), flow.state.encode()):
            raise OidcSignInRefused(refusals.MIXED_UP)
        # RFC 9207: another provider's answer must not reach this one with our code.
        if query.get("iss", None if metadata.names_itself else self._issuer) != self._issuer:
            raise OidcSignInRefused(refusals.MIXED_UP, f"iss is {query.get('iss')!r}")
        if error := query.get("error"):
            code = refusals.DENIED if error == "access_denied" else refusals.ERROR
            raise OidcSignInRefused(code, f"{error}: {query.get('error_description', '')}".rstrip(": "))
        if not query.get("code"):
            raise OidcSignInRefused(refusals.UNUSABLE, "it sent neither a code nor an error")
        return query["code"]

    async def _claims(self, given: Tokens, flow: Flow, metadata: Metadata) -> Document:
        """What the ID token says, and what userinfo adds to it."""
        expected = Expected(self._issuer, self._client.id, flow.nonce, given.access_token, int(self._now_s()))
        claims = await verified(given.id_token, expected, self._discovery)
        if metadata.userinfo_endpoint is None or people.complete(claims, self._settings.groups_claim):
            return claims
        added = await self._fetcher.get(
            metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {given.access_token}"}
        )
        # Core 1.0, section 5.3.2: otherwise it may be somebody else's.
        if added.get("sub") != claims["sub"]:
            raise OidcSignInRefused(refusals.UNTRUSTED, "userinfo is about somebody else: its sub is another one")
        return people.joined(claims, added, self._settings.groups_claim)


def _with_query(url: str, query: Mapping[str, str]) -> str:
    """The endpoint may have a query of its own, which stays (RFC 6749, section 3.1)."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
