"""Chats, people and bots, made from their ids: every well-formed id exists."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import Any

from notifyhub.emulator.telegram.answers import bad

CHAT = re.compile(r"-?[1-9][0-9]{0,15}")
USERNAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{2,31}")
CHAT_ID_LIMIT = 1 << 52
SUPERGROUPS_BELOW = -1_000_000_000_000


@lru_cache(4096)
def chat_of(address: str) -> dict[str, Any]:
    """The chat of a `chat_id`: a shared object, do not change it. Raises `Refused` for an impossible id."""
    if address.startswith("@"):
        if not USERNAME.fullmatch(address):
            raise bad("chat not found")
        chat_id = SUPERGROUPS_BELOW - zlib.crc32(address.lower().encode()) - 1
        return {"id": chat_id, "title": address[1:], "username": address[1:], "type": "channel"}
    if not address:
        raise bad("chat_id is empty")
    number = int(address) if CHAT.fullmatch(address) else 0
    if not 0 < abs(number) < CHAT_ID_LIMIT:
        raise bad("chat not found")
    return _numbered_chat(number)


def _numbered_chat(number: int) -> dict[str, Any]:
    if number > 0:
        return {"id": number, "first_name": "User", "username": f"user{number}", "type": "private"}
    return {
        "id": number,
        "title": f"Group {-number}",
        "type": "supergroup" if number < SUPERGROUPS_BELOW else "group",
    }


def full_chat(chat: dict[str, Any]) -> dict[str, Any]:
    """A chat as getChat returns it, with the fields that clients require."""
    return chat | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": True,
            "limited_gifts": True,
            "unique_gifts": True,
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
    }


def person_of(chat: dict[str, Any]) -> dict[str, Any]:
    """The person who writes in a chat; in a group, somebody whose id is derived from the group's."""
    number = abs(chat["id"])
    return {
        "id": number,
        "is_bot": False,
        "first_name": "User",
        "username": f"user{number}",
        "language_code": "en",
    }


@lru_cache(4096)
def bot_user(bot_id: int) -> dict[str, Any]:
    """A bot as the author of a message: a shared object, do not change it."""
    return {"id": bot_id, "is_bot": True, "first_name": "Emu", "username": "emu_bot"}


def me(bot_id: int) -> dict[str, Any]:
    """A bot as getMe returns it."""
    return bot_user(bot_id) | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": True,
        "allows_users_to_create_topics": False,
    }
