"""Hubs of the tests of the road."""

from __future__ import annotations

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker


@pytest.fixture
def idle(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub that accepts and delivers nothing."""
    return make_hub(worker=False, database_url=database_url)


@pytest.fixture
def busy(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub that delivers."""
    return make_hub(database_url=database_url)
