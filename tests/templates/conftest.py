"""Hubs with templates."""

from __future__ import annotations

import pytest

from notifyhub import Hub
from tests.conftest import HubMaker

__all__ = ["hub", "quiet"]


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers."""
    return make_hub(database_url=database_url)


@pytest.fixture
def quiet(make_hub: HubMaker) -> Hub:
    """A hub on SQLite that delivers nothing, for what the store has no part in."""
    return make_hub(worker=False)


def greeting(hub: Hub) -> None:
    """A template in two languages, with its own text for Telegram."""
    hub.templates.set("greeting", "Hello {{ attributes.name }}")
    hub.templates.set("greeting", "Привет, {{ attributes.name }}", language="ru")
    hub.templates.set(
        "greeting", "<b>{{ attributes.name }}</b>, привет", language="ru", channel="telegram", parse_mode="HTML"
    )
