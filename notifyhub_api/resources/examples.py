"""Examples for the OpenAPI document; a test checks each against its model."""

from __future__ import annotations

from typing import Any

MESSAGE_ID = "01a1fdc9-524d-76a2-a653-642f75c95fee"

REQUEST: dict[str, Any] = {"text": "Hello", "recipients": [{"telegram": "1067000"}]}

DELIVERY: dict[str, Any] = {
    "id": 17,
    "message_id": MESSAGE_ID,
    "channel": "telegram",
    "address": "1067000",
    "status": "scheduled",
    "due_at": "2026-11-21T11:06:31.885000Z",
}

ATTEMPT: dict[str, Any] = {
    "number": 1,
    "started_at": "2026-11-21T11:06:31.890000Z",
    "finished_at": "2026-11-21T11:06:31.931000Z",
    "outcome": "sent",
    "code": "200",
    "detail": '{"ok":true,"result":{"message_id":1}}',
}

STORY: dict[str, Any] = {
    "delivery_id": 17,
    "message_id": MESSAGE_ID,
    "channel": "telegram",
    "address": "1067000",
    "status": "failed",
    "events": [
        {"at": DELIVERY["due_at"], "event": "accepted", "words": "Accepted, to be sent to 1067000 by Telegram."},
        {
            "at": ATTEMPT["finished_at"],
            "event": "attempt",
            "words": "Attempt 1 (41 ms): Telegram refused it for good (code 403): the person does not want messages "
            "from this sender.",
        },
        {
            "at": ATTEMPT["finished_at"],
            "event": "failed",
            "words": "Given up: the person does not want messages from this sender.",
        },
    ],
    "next": "Nothing happens automatically. The same text may be sent to the same address again.",
}

MESSAGE: dict[str, Any] = {
    "id": MESSAGE_ID,
    "status": "scheduled",
    "text": "Hello",
    "created_at": "2026-11-21T11:06:31.885000Z",
    "priority": "normal",
    "metadata": {},
    "accepted": 1,
    "duplicates": 0,
    "deliveries": [DELIVERY],
}

KEY: dict[str, Any] = {
    "id": 2,
    "name": "shop",
    "prefix": "nh_a1B2c3",
    "scopes": ["send", "read"],
    "created_at": "2026-11-21T11:06:31.885000Z",
    "expires_at": "2126-12-01T07:00:00Z",
    "rate_limit": 600,
}

SESSION: dict[str, Any] = {
    "id": 2,
    "name": "Anna",
    "role": "operator",
    "via": "link",
    "user_agent": "Mozilla/5.0",
    "created_at": "2026-11-21T11:06:31.885000Z",
    "expires_at": "2026-11-21T23:06:31.885000Z",
    "last_used_at": "2026-11-21T11:06:31.885000Z",
}
LOGIN_LINK: dict[str, Any] = {
    "token": "Xw3kJ0bq5Yt6uQ1rZ8nVd2sLh4mPc7eGf9aKi0oTyRl",
    "url": "http://127.0.0.1:8000/signin?token=Xw3kJ0bq5Yt6uQ1rZ8nVd2sLh4mPc7eGf9aKi0oTyRl",
    "role": "operator",
    "name": "Anna",
    "expires_at": "2026-11-21T12:06:31.885000Z",
}
NEW_KEY: dict[str, Any] = {
    "name": "shop",
    "scopes": ["send", "read"],
    "expires_at": "2126-12-01T10:00:00+03:00",
    "rate_limit": 600,
}

NEW_CLIENT: dict[str, Any] = {
    "phone": "79201234567",
    "tags": ["vip"],
    "timezone": "Europe/Moscow",
    "addresses": {"telegram": "1067000"},
    "attributes": {"city": "Tver"},
}

CLIENT: dict[str, Any] = {
    "id": 7,
    "phone": "79201234567",
    "operator_code": "920",
    "tags": ["vip"],
    "timezone": "Europe/Moscow",
    "addresses": {"telegram": "1067000"},
    "attributes": {"city": "Tver"},
    "opted_out": [],
    "created_at": "2026-11-21T11:06:31.885000Z",
    "updated_at": "2026-11-21T11:06:31.885000Z",
}
