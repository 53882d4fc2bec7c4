"""Our Telegram provider against telegram-test-api: somebody else's idea of the Bot API."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.emulator.testing import LocalEmulator
from tests.packages import ROOT
from tests.peers.conftest import TelegramPeer

EMOJI = "Привет 😀 👩‍👩‍👧 & <b>\n2 * 2 = 4 _"


@pytest.fixture
def hub(telegram: TelegramPeer, tmp_path: Path) -> Iterator[Hub]:
    own = {"base_url": telegram.url, "token": telegram.token}
    with Hub(data_dir=tmp_path, telegram=own) as hub:
        yield hub


def sent(hub: Hub, text: str, chat_id: int, **given: Any) -> Any:
    return hub.wait(hub.send(text, to={"telegram": chat_id}, **given), timeout_s=30)


def test_a_text_with_emoji_arrives_as_it_is(hub: Hub, telegram: TelegramPeer) -> None:
    message = sent(hub, EMOJI, 7)

    assert message.status == "sent"
    assert telegram.got(7) == [{"chat_id": 7, "text": EMOJI}]


def test_the_longest_text_arrives_whole(hub: Hub, telegram: TelegramPeer) -> None:
    sent(hub, "😀" * 4096, 7)
    assert [message["text"] for message in telegram.got(7)] == ["😀" * 4096]


def test_the_id_that_the_peer_gave_is_kept(hub: Hub, telegram: TelegramPeer) -> None:
    [first], [second] = (sent(hub, text, 7).deliveries for text in ("One", "Two"))
    assert int(second.messenger_id) > int(first.messenger_id) > 0


def test_a_duplicate_never_leaves(hub: Hub, telegram: TelegramPeer) -> None:
    [first] = sent(hub, "Once", 7).deliveries
    [second] = hub.send("Once", to={"telegram": 7}).deliveries
    sent(hub, "Another", 7)

    assert second.duplicate_of == first.id
    assert [message["text"] for message in telegram.history()] == ["Once", "Another"]


def test_options_arrive_by_telegrams_names(hub: Hub, telegram: TelegramPeer) -> None:
    options = {"parse_mode": "HTML", "silent": True, "protect": True, "link_preview": False, "thread_id": 5}
    sent(hub, "<b>Hello</b>", 7, options={"telegram": options})

    assert telegram.got(7) == [
        {
            "chat_id": 7,
            "text": "<b>Hello</b>",
            "parse_mode": "HTML",
            "disable_notification": True,
            "protect_content": True,
            "link_preview_options": {"is_disabled": True},
            "message_thread_id": 5,
        }
    ]


def test_each_of_many_people_gets_it_once(hub: Hub, telegram: TelegramPeer) -> None:
    people = range(1, 301)
    message = hub.wait(hub.send("All", to=[{"telegram": person} for person in people]), timeout_s=60)

    assert message.counts == {"sent": 300}
    assert sorted(message["chat_id"] for message in telegram.history()) == list(people)


def test_the_command_line_sends_there_too(telegram: TelegramPeer, tmp_path: Path) -> None:
    given = {"NOTIFYHUB_TELEGRAM_BASE_URL": telegram.url, "NOTIFYHUB_TELEGRAM_TOKEN": telegram.token}
    ended = subprocess.run(
        [sys.executable, "-m", "notifyhub_cli.main", "send", EMOJI, "--to", "telegram=7", "--wait", "30"],
        env={**given, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert [message["text"] for message in telegram.got(7)] == [EMOJI]


def test_its_only_error_is_trouble_of_its_own_and_tried_again(telegram: TelegramPeer, tmp_path: Path) -> None:
    own = {"base_url": f"{telegram.url}/nowhere", "token": telegram.token, "max_attempts": 2, "retry_base_s": 0.01}
    with Hub(data_dir=tmp_path, telegram=own) as hub:
        [delivery] = sent(hub, "Hello", 7).deliveries
        attempts = hub.delivery(delivery.id).attempts

    assert (delivery.status, delivery.reason) == ("failed", "exhausted")
    assert [(attempt.outcome, attempt.code) for attempt in attempts] == [("temporary_failure", "500")] * 2
    assert telegram.history() == []


@pytest.mark.parametrize(
    "body",
    [
        {"chat_id": 7},
        {"chat_id": 7, "text": "x" * 4097},
        {"chat_id": 7, "text": "<b>", "parse_mode": "HTML"},
        {"chat_id": 7, "text": "x", "parse_mode": "nonsense"},
        {"chat_id": "nobody", "text": "x"},
    ],
    ids=["no text", "too long", "broken marks", "no such mode", "no such chat"],
)
def test_what_the_peer_takes_and_our_emulator_refuses(telegram: TelegramPeer, body: dict[str, Any]) -> None:
    """So that docs/emulator.md stays true; `sendMessage` refuses each of these (core.telegram.org/bots/api)."""
    path = f"/bot{telegram.token}/sendMessage"
    with LocalEmulator() as emulator:
        ours, _ = TelegramPeer(f"{emulator.url}/telegram", telegram.token).post(path, body)
    theirs, _ = telegram.post(path, body)

    assert (theirs, ours) == (200, 400)
