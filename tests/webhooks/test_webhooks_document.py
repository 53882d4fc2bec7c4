"""docs/webhooks.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from notifyhub import Hub
from notifyhub.domain.events import TYPES
from notifyhub.domain.posting import GIVEN_UP_AFTER_MS, PAUSES_MS, next_try
from tests.serving import running
from tests.webhooks.conftest import eventually, rows

DOCUMENT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_the_table_of_events_is_that_of_the_code() -> None:
    written = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| (.*) \|$", DOCUMENT, re.MULTILINE)

    assert written == list(TYPES.items())


def test_the_receiver_takes_what_is_posted(small_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(import os.*?)```", DOCUMENT, re.DOTALL)
    told: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await told["app"](scope, receive, send)

    monkeypatch.setenv("WEBHOOK_SECRET", "whsec_aW4gdmFpbg==")
    exec(example, told)
    with running(app) as port:
        webhook = small_hub.webhooks.create(f"http://127.0.0.1:{port}/hooks")
        small_hub.webhooks.test(webhook.id)
        eventually(lambda: rows(small_hub, "SELECT status FROM webhook_tries") == [(403,)])
        monkeypatch.setenv("WEBHOOK_SECRET", str(webhook.secret))
        exec(example, told)
        small_hub.webhooks.retry(webhook.id)
        eventually(lambda: small_hub.webhooks.posts(webhook.id, state="posted") != [])

    assert len(told["seen"]) == 1


def test_the_pauses_are_those_that_are_written() -> None:
    assert [pause // 1000 for pause in PAUSES_MS] == [5, 300, 1_800, 7_200, 18_000, 36_000]
    dues, now = [], 0
    while (due := next_try(len(dues) + 1, GIVEN_UP_AFTER_MS, now, chance=0.0)) is not None:
        dues.append(now := due)

    assert dues[-1] == GIVEN_UP_AFTER_MS
    assert len(dues) == len(PAUSES_MS) + 1
