"""A code for tokens (OpenID Connect Core 1.0, section 3.1.3; RFC 6749, sections 2.3.1 and 4.1.3)."""

from __future__ import annotations

import base64
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote_plus

import httpx

from notifyhub_api.dashboard.oidc.fetching import Answer, Fetcher
from notifyhub_api.dashboard.oidc.metadata import BASIC, Metadata
from notifyhub_api.dashboard.oidc.refusals import CLIENT, ERROR, UNUSABLE, USED_UP, OidcSignInRefused

# RFC 6749, section 5.2.
_CODES = MappingProxyType({"invalid_grant": USED_UP, "invalid_client": CLIENT, "unauthorized_client": CLIENT})


class Client(NamedTuple):
    """Who we are for the provider."""

    id: str
    secret: str


class Tokens(NamedTuple):
    id_token: str
    access_token: str


async def redeem(
    fetcher: Fetcher, metadata: Metadata, client: Client, *, code: str, verifier: str, redirect_uri: str
) -> Tokens:
    """Raises OidcSignInRefused if the provider does not give tokens for the code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    basic = metadata.authentication == BASIC
    answer = await fetcher.call(
        "POST",
        metadata.token_endpoint,
        data=form if basic else form | {"client_id": client.id, "client_secret": client.secret},
        headers={"Accept": "application/json"} | (_authorization(client) if basic else {}),
    )
    return _tokens(answer)


def _authorization(client: Client) -> dict[str, str]:
    pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _tokens(answer: Answer) -> Tokens:
    if answer.status != httpx.codes.OK:
        error = str(answer.body.get("error", ""))
        said = f"{error}: {answer.body.get('error_description', '')}".strip(": ")
        raise OidcSignInRefused(_CODES.get(error, ERROR), f"the token endpoint answered {answer.status} {said}")
    id_token, access_token = answer.body.get("id_token"), answer.body.get("access_token")
    kind = str(answer.body.get("token_type", "")).lower()
    if kind != "bearer" or not isinstance(id_token, str) or not isinstance(access_token, str):
        raise OidcSignInRefused(UNUSABLE, "the token endpoint gave no ID token, no access token, or not of type Bearer")
    return Tokens(id_token, access_token)
