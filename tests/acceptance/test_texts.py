"""Text goes through all of it, from the request to the person, to the byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.serving import running
from tests.texts import TEXTS, texts

PEOPLE = {"telegram": "1067000", "viber": "01234567890A=", "whatsapp": "79161234567", "gateway": "79161234567"}


async def post(url: str, key: str, sent: list[str]) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        for text in sent:
            async with http.post(url, json={"text": text, "recipients": [PEOPLE]}) as reply:
                assert reply.status == 202, await reply.text()


def arrived(emulator: RunningEmulator, channel: str) -> set[bytes]:
    return {text.encode() for name, _, text in emulator.accepted() if name == channel}


def send_all(hub: Hub, sent: list[str]) -> None:
    with running(make_app(hub)) as port:
        asyncio.run(post(f"http://127.0.0.1:{port}/api/v1/messages", str(hub.keys.create("tests").key), sent))
    for message in hub.messages(limit=1_000):
        hub.wait(message, timeout_s=60)


def test_texts_that_software_likes_to_break_arrive_to_the_byte(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    send_all(make_hub(database_url=database_url), list(TEXTS))

    for channel in PEOPLE:
        assert arrived(emulator, channel) == {text.encode() for text in TEXTS}


@pytest.fixture
def one_hub(make_hub: HubMaker, tmp_path: Path) -> Hub:
    return make_hub()


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(texts, min_size=10, max_size=20, unique=True))
def test_any_texts_arrive_to_the_byte(one_hub: Hub, emulator: RunningEmulator, sent: list[str]) -> None:
    send_all(one_hub, sent)

    for channel in PEOPLE:
        assert {text.encode() for text in sent} <= arrived(emulator, channel)
