"""A hub without sign-in, and a browser for its pages of mailings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker
from tests.dashboard.mailings.walking import Browser


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(auth="none", database_url=database_url)


@pytest.fixture
def browser(hub: Hub) -> Iterator[Browser]:
    with Browser.of(hub) as browser:
        yield browser
