"""Emulators that other people wrote. `make peers` brings them; they need node and npm."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


class TelegramPeer:
    """A running telegram-test-api, asked as its own client asks it."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token

    def got(self, chat_id: int) -> list[dict[str, Any]]:
        """What a person's client has not fetched yet; the fields as they came over the wire."""
        _, answer = self.post("/getUpdates", {"token": self.token, "chatId": chat_id})
        return [update["message"] for update in answer["result"]]

    def history(self) -> list[dict[str, Any]]:
        """Everything that came for this bot."""
        _, answer = self.post("/getUpdatesHistory", {"token": self.token})
        return [update["message"] for update in answer["result"]]

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.fixture(scope="session")
def telegram_url() -> Iterator[str]:
    process = subprocess.Popen(["node", "telegram.js"], cwd=HERE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def telegram(telegram_url: str, bots: Iterator[int]) -> TelegramPeer:
    """The peer with a bot that nobody has used yet."""
    return TelegramPeer(telegram_url, f"{next(bots)}:a-token-of-nobody")


@pytest.fixture(scope="session")
def bots() -> Iterator[int]:
    return count(1000)
