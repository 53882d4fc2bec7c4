"""Hubs whose emulated people block, and are written to again."""

from __future__ import annotations

import pytest

from notifyhub import Hub, answers
from tests.conftest import HubMaker


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers."""
    return make_hub(database_url=database_url)


def sent(hub: Hub, text: str = "Hello", to: dict[str, str] | None = None, **more: object) -> answers.Delivery:
    """Send a text, wait for its outcome, and return the delivery."""
    message = hub.wait(hub.send(text, to=to or {"telegram": PERSON}, **more), timeout_s=20)  # type: ignore[arg-type]
    assert message.deliveries is not None
    return message.deliveries[0]


PERSON = "1067000"
