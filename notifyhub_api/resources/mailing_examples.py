"""Examples of mailings and statistics for the OpenAPI document; a test checks each against its model."""

from __future__ import annotations

from typing import Any

NONE: dict[str, int] = {
    "scheduled": 0,
    "sending": 0,
    "sent": 0,
    "delivered": 0,
    "read": 0,
    "failed": 0,
    "expired": 0,
    "cancelled": 0,
    "unconfirmed": 0,
    "superseded": 0,
}

NEW_MAILING: dict[str, Any] = {
    "name": "Winter sale",
    "text": "Everything at half price until Sunday",
    "channels": ["telegram", "gateway"],
    "audience": {"operator_code": ["903", "905"], "tag": "vip"},
    "starts_at": "2026-12-20T10:00:00+03:00",
    "ends_at": "2026-12-24T21:00:00+03:00",
    "send_window": {"from": "09:00", "to": "21:00"},
}

MAILING: dict[str, Any] = {
    "id": 3,
    "name": "Winter sale",
    "status": "scheduled",
    "text": "Everything at half price until Sunday",
    "channels": ["telegram", "gateway"],
    "reach": "first",
    "audience": {"operator_code": ["903", "905"], "tag": ["vip"]},
    "audience_words": "operator code 903 or 905, and tag vip",
    "starts_at": "2026-12-20T07:00:00Z",
    "ends_at": "2026-12-24T18:00:00Z",
    "send_window": {"from": "09:00", "to": "21:00", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
    "priority": "bulk",
    "deduplicate": "forever",
    "on_unconfirmed": "at_least_once",
    "late_joiners": False,
    "ignore_reachability": False,
    "metadata": {},
    "created_at": "2026-11-21T11:06:31.885000Z",
    "updated_at": "2026-11-21T11:06:31.885000Z",
    "matched": 0,
    "duplicates": 0,
    "unreachable": 0,
    "opted_out": 0,
    "counts": NONE,
}

MAILING_STATISTICS: dict[str, Any] = {
    "id": 3,
    "name": "Winter sale",
    "status": "running",
    "total": 120,
    "by_status": {**NONE, "scheduled": 58, "sending": 2, "sent": 53, "failed": 7},
    "by_channel": {"telegram": {**NONE, "scheduled": 58, "sending": 2, "sent": 53, "failed": 7}},
    "by_operator_code": {"903": {**NONE, "scheduled": 58, "sending": 2, "sent": 53, "failed": 7}},
    "by_reason": {"recipient_unavailable": 7},
    "matched": 123,
    "duplicates": 1,
    "unreachable": 2,
    "opted_out": 0,
    "expanded": True,
    "progress": 0.5,
    "rate_s": 12.0,
    "left_s": 5.0,
}

PREVIEW: dict[str, Any] = {
    "audience": {"operator_code": ["903", "905"], "tag": ["vip"]},
    "audience_words": "operator code 903 or 905, and tag vip",
    "matched": 123,
    "by_operator_code": {"903": 80, "905": 43},
    "by_tag": {"vip": 123, "new": 17},
    "by_timezone": {"Europe/Moscow": 100, "Asia/Omsk": 23},
    "deliveries": 120,
    "by_channel": {"telegram": 90, "gateway": 30},
    "duplicates": 1,
    "unreachable": 2,
    "opted_out": 0,
    "window_closed": 0,
    "refused": 0,
    "unworded": 0,
    "examples": [
        {
            "client_id": 7,
            "channel": "telegram",
            "address": "1067000",
            "text": "Everything at half price until Sunday",
            "length": 37,
            "limit": 4096,
        }
    ],
    "first_at": "2026-12-20T07:00:00Z",
    "last_opening_at": "2026-12-20T07:00:00Z",
    "rate_s": {"telegram": 25.0, "gateway": 12.5},
    "takes_s": 3.6,
    "will_not_fit": 0,
}

CHECK: dict[str, Any] = {
    "agree": False,
    "counters": 42,
    "deliveries": 1204,
    "differing": 1,
    "differences": [{"mailing_id": 3, "channel": "telegram", "status": "sent", "counted": 52, "stored": 53}],
}

STATISTICS: dict[str, Any] = {
    "mailings": {
        "draft": 0,
        "scheduled": 1,
        "running": 1,
        "paused": 0,
        "finished": 0,
        "cancelled": 0,
        "expired": 0,
    },
    "deliveries": 53,
    "by_status": {**NONE, "sent": 53},
    "by_channel": {"telegram": {**NONE, "sent": 53}},
    "periods": [{"start": "2026-11-21T00:00:00Z", "by_status": {**NONE, "sent": 53}}],
}
