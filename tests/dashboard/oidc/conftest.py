"""A provider that a test can turn hostile, and our side of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifyhub_api.dashboard.oidc import Provider
from tests.dashboard.oidc.hostile import Hostile, hostile_provider
from tests.dashboard.oidc.signing_in import provider_of


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with hostile_provider() as provider:
        yield provider


@pytest.fixture
def provider(hostile: Hostile) -> Provider:
    """Our side, with the hostile one as its provider."""
    return provider_of(hostile)
