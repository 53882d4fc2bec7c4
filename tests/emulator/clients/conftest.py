"""One emulator for a module's client, an event loop that its asynchronous client lives on, and a bot's own address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from starlette.responses import Response

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.callbacks.callbacks import CallbackSettings
from tests.emulator.conftest import Site, serving
from tests.emulator.receiver import Receiver

TOKEN = "123456:AAtoken-of-the-clients"


class Echo(Response):
    """Gives the challenge of a verification back, whatever it is."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = dict(pair.split("=") for pair in scope["query_string"].decode().split("&"))
        await Response(query["hub.challenge"])(scope, receive, send)


@pytest.fixture(scope="module")
def module_site() -> Iterator[Site]:
    with serving(Emulator(seed=1)) as site:
        yield site


@pytest.fixture
def site(module_site: Site) -> Iterator[Site]:
    """The module's emulator, as if it had just started; what is sent again is sent at once."""
    module_site.call("POST", "/reset")
    module_site.call("POST", f"/telegram/bot{TOKEN}/deleteWebhook")
    module_site.emulator.callbacks.settings = CallbackSettings(pause_limit_s=0)
    yield module_site
    module_site.emulator.release()


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., Any]]:
    """Runs coroutines on one loop, so that a client may live longer than a test."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def person(site: Site) -> Callable[..., Any]:
    """`person("hi")`: what the person of chat 42 does, as seen by the bot of `TOKEN`."""

    def do(text: str = "", **deed: Any) -> Any:
        reply = site.call("POST", "/people/telegram/42/messages", {"bot": "123456", "text": text} | deed)
        assert reply.status == 200, reply.raw
        return reply.json["update"]

    return do


@pytest.fixture
def challenged() -> Callable[[Receiver, str, dict[str, str]], None]:
    """Make a receiver the webhook of the business number at `url`."""

    def challenge(receiver: Receiver, url: str, headers: dict[str, str]) -> None:
        receiver.answers.append(Echo())
        wanted = {"override_callback_uri": receiver.url, "verify_token": "v"}
        answer = requests.post(url, json={"webhook_configuration": wanted}, headers=headers, timeout=30)
        assert answer.json() == {"success": True}
        assert receiver.next().method == "GET"

    return challenge


@pytest.fixture
def fails(site: Site) -> Callable[..., None]:
    """`fails("500", "403")`: what the next sends to the person of chat 42 meet."""

    def set_faults(*answers: Any, address: str = "42") -> None:
        script = {"channel": "telegram", "address": address, "answers": list(answers)}
        assert site.set_faults({"scripts": [script]}).status == 200

    return set_faults
