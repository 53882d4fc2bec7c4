"""What the README shows of answers is what the service answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.api.conftest import Api

README = (Path(__file__).parents[2] / "README.md").read_text()
SHOWN = [json.loads(text) for text in re.findall(r"```json\n(\{.*?\})\n```", README, re.DOTALL)]


def shape(value: Any) -> Any:
    """The names in it and their order, without the values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


def test_the_first_message_is_answered_as_shown(small_api: Api) -> None:
    (shown,) = (answer for answer in SHOWN if "deliveries" in answer)
    people = [{"telegram": "1067000", "viber": "EGAZ3SZRi6zW1D0uNYhQHg=="}]

    answered = small_api.post("/api/v1/messages", {"text": "Hello", "recipients": people})

    assert json.dumps(shape(answered.json), default=str) == json.dumps(shape(shown), default=str)


def test_a_wrong_message_is_answered_as_shown(small_api: Api) -> None:
    (shown,) = (answer for answer in SHOWN if "errors" in answer)
    wrong = {"text": "Hello", "recipients": [{"telegram": "+79161234567"}], "send_at": "2126-12-01T10:00:00"}

    assert small_api.post("/api/v1/messages", wrong).json == shown
