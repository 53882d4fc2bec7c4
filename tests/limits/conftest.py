"""An emulator that enforces limits, and what it refused."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from notifyhub import Hub, answers
from notifyhub.store.claimed import Claimed
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

TOKEN = "7:first"


def enforce(emulator: RunningEmulator, **limits: Any) -> None:
    """From now on the emulator enforces these limits, and the documented ones where none are given."""
    body = json.dumps({"profile": "real", "limits": {name.replace("_", ".", 1): one for name, one in limits.items()}})
    request = urllib.request.Request(
        f"{emulator.url}/limits", body.encode(), {"Content-Type": "application/json"}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=10).close()


def refused(emulator: RunningEmulator) -> list[dict[str, Any]]:
    """Calls that came too fast."""
    return [entry for entry in emulator.entries() if entry["status"] == 429]


def texts(emulator: RunningEmulator, **wanted: Any) -> list[str]:
    """The texts that were accepted, in their order."""
    return [entry["text"] for entry in emulator.entries(**wanted) if entry["accepted"]]


def done(hub: Hub, *messages: answers.Message) -> None:
    """Wait until all of these have ended."""
    for message in messages:
        assert hub.wait(message, 60).status == "sent"


@pytest.fixture
def limited(make_hub: HubMaker, emulator: RunningEmulator) -> Callable[..., Hub]:
    """Hubs that keep to the documented limits of an emulator that enforces them."""
    enforce(emulator)

    def make(**given: Any) -> Hub:
        return make_hub(**{"limits": "on", **given})

    return make


def claimed(**given: Any) -> Claimed:
    """A claimed delivery of which only what is given matters."""
    others: dict[str, Any] = {"id": 1, "channel": "telegram", "attempt": 1, "spent": 0, "priority": 1, "text": "Hello"}
    row = dict.fromkeys(Claimed._fields) | others | {"on_unconfirmed": "at_least_once", "lease_until": 0} | given
    return Claimed(**row)
