"""What the tests of the WhatsApp clients share: an address that gives the challenge back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from starlette.responses import Response

from tests.emulator.receiver import Receiver


class Echo(Response):
    """Gives the challenge of a verification back, whatever it is."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = dict(pair.split("=") for pair in scope["query_string"].decode().split("&"))
        await Response(query["hub.challenge"])(scope, receive, send)


@pytest.fixture
def challenged() -> Callable[[Receiver, str, dict[str, str]], None]:
    """Make a receiver the webhook of the number at `url`."""

    def challenge(receiver: Receiver, url: str, headers: dict[str, str]) -> None:
        receiver.answers.append(Echo())
        wanted = {"override_callback_uri": receiver.url, "verify_token": "v"}
        answer = requests.post(url, json={"webhook_configuration": wanted}, headers=headers, timeout=30)
        assert answer.json() == {"success": True}
        assert receiver.next().method == "GET"

    return challenge
