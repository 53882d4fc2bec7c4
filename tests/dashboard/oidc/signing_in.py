"""Somebody who signs in: settings, and the two halves of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from notifyhub.oidc_settings import OidcSettings
from notifyhub.settings import load
from notifyhub_api.dashboard.oidc import Begun, Identity, OidcSignInRefused, Provider

CLIENT_ID = "notifyhub"
CLIENT_SECRET = "a-secret-of-the-tests"
NOW = 1_800_000_000
"""The present moment of both sides, in seconds, where a test does not say another one."""
CALLBACK = "https://hub.example/signin/oidc/callback"


class HasIssuer(Protocol):
    issuer: str


def settings_for(issuer: str, **given: Any) -> OidcSettings:
    own = {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "roles": "ops=admin, all=viewer"}
    return load(oidc={**own, **given}).oidc


def provider_of(hostile: HasIssuer, now_s: int = NOW, **given: Any) -> Provider:
    return Provider(settings_for(hostile.issuer, **given), now_s=lambda: now_s)


def begun(provider: Provider, return_to: str = "/") -> Begun:
    return asyncio.run(provider.begin(CALLBACK, return_to))


def finished(provider: Provider, query: Mapping[str, str], cookie_value: str | None) -> Identity:
    return asyncio.run(provider.finish(query, cookie_value, CALLBACK))


def refusal(provider: Provider, query: Mapping[str, str], cookie_value: str | None) -> OidcSignInRefused:
    with pytest.raises(OidcSignInRefused) as refused:
        finished(provider, query, cookie_value)
    return refused.value
