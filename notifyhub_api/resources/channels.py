"""/api/v1/channels"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Channel, Channels, SettingInEffect, SettingsInEffect
from notifyhub.domain.addresses import FORMS
from notifyhub.errors import NotFound
from notifyhub.requests import ADMIN
from notifyhub.settings_shown import of_channel
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.web import answer, hub_of

TAG = Tag("channels", "The messengers: address format, limits, retry policy and health of each.")
CHANNEL = Parameter("channel", "path", lambda: {"type": "string", "enum": [*FORMS]}, "name of a channel")

EXAMPLE: dict[str, Any] = {
    "name": "telegram",
    "emulated": True,
    "senders": [],
    "base_url": "http://127.0.0.1:8000/emulator/telegram",
    "text_limit": 4096,
    "address": {"description": "Telegram chat id (a whole number) or @username", "example": "123456789"},
    "retry": {"max_attempts": 5, "base_s": 1.0, "cap_s": 300.0},
    "concurrency": 256,
    "timeout_s": 10.0,
    "health": {
        "state": "ok",
        "words": "calls are answered, and messages are accepted or refused for good",
        "minutes": 5,
        "outcomes": {"sent": 120},
        "last_sent_at": "2026-11-21T11:06:31.931000Z",
        "last_answered_at": "2026-11-21T11:06:31.931000Z",
    },
    "accounts": [{"state": "closed", "words": "its messenger takes messages"}],
    "waiting": {"due": 0, "more": False},
}


async def every(request: Request) -> Response:
    """Every channel."""
    return answer(Channels(items=await hub_of(request).channels()))


async def read(request: Request) -> Response:
    """One channel."""
    return answer(await hub_of(request).channel(request.path_params["channel"]))


async def settings(request: Request) -> Response:
    """The settings of a channel."""
    name, known = request.path_params["channel"], hub_of(request).settings
    if name not in known.channels():
        raise NotFound("channel", name)
    items = [
        SettingInEffect(name=shown.name, value=shown.value, description=shown.description)
        for shown in of_channel(known, name)
    ]
    return answer(SettingsInEffect(items=items))


operations = (
    Operation(
        method="GET",
        path="/api/v1/channels",
        endpoint=every,
        scope="read",
        tag=TAG,
        summary="Every channel",
        description="Health is derived from the calls of the last minutes in all processes; no messenger is called.",
        answers={200: Channels},
        example_answer={"items": [EXAMPLE]},
    ),
    Operation(
        method="GET",
        path="/api/v1/channels/{channel}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="One channel",
        parameters=[CHANNEL],
        answers={200: Channel},
        example_answer=EXAMPLE,
    ),
    Operation(
        method="GET",
        path="/api/v1/channels/{channel}/settings",
        endpoint=settings,
        scope=ADMIN,
        tag=TAG,
        summary="The settings of a channel, with secrets masked",
        description="As this process has read them when it started, defaults included.",
        parameters=[CHANNEL],
        answers={200: SettingsInEffect},
        example_answer={
            "items": [
                {
                    "name": "NOTIFYHUB_TELEGRAM_TOKEN",
                    "value": "***",
                    "description": "credential for the messenger; none: the channel is emulated",
                }
            ]
        },
    ),
)
