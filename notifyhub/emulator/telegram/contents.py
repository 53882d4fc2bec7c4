"""Contents of messages besides text and files: places, people, polls, dice, invoices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.telegram.answers import bad
from notifyhub.emulator.telegram.fields import Fields
from notifyhub.emulator.telegram.payments import invoice

DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
QUESTION_LIMIT = 300
OPTIONS_LIMIT = 12
OPTION_LIMIT = 100

Content = dict[str, Any]


def location(fields: Fields, _: int) -> Content:
    place = {name: _degrees(fields, name, limit) for name, limit in (("latitude", 90), ("longitude", 180))}
    live = {"live_period": fields.number("live_period")} if fields.number("live_period") else {}
    return {"location": place | live}


def venue(fields: Fields, message_id: int) -> Content:
    place = location(fields, message_id)
    about = {name: _required(fields, name) for name in ("title", "address")}
    return {"venue": {**place, **about}, **place}


def contact(fields: Fields, _: int) -> Content:
    about = {name: _required(fields, name) for name in ("phone_number", "first_name")}
    more = {name: fields[name] for name in ("last_name", "vcard") if fields.text(name)}
    return {"contact": about | more}


def poll(fields: Fields, message_id: int) -> Content:
    question = fields.text("question").strip()
    if not question:
        raise bad("poll question must be non-empty")
    if len(question) > QUESTION_LIMIT:
        raise bad(f"poll question length must not exceed {QUESTION_LIMIT}")
    options = [_option(option) for option in fields.json("options", list, "options JSON object") or []]
    _check_options(options)
    about = {
        "is_closed": fields.flag("is_closed"),
        "is_anonymous": fields.flag("is_anonymous") if "is_anonymous" in fields else True,
        "type": fields.text("type") or "regular",
        "allows_multiple_answers": fields.flag("allows_multiple_answers"),
        "allows_revoting": fields.flag("allows_revoting"),
        "members_only": fields.flag("members_only"),
    }
    counted = [
        {"text": option, "voter_count": 0, "persistent_id": str(number)} for number, option in enumerate(options, 1)
    ]
    return {"poll": {"id": str(message_id), "question": question, "options": counted, "total_voter_count": 0} | about}


def dice(fields: Fields, message_id: int) -> Content:
    emoji = fields.text("emoji").strip() or "🎲"
    if emoji not in DICE:
        raise bad("wrong dice emoji specified")
    # Not random, so that runs can be repeated.
    return {"dice": {"emoji": emoji, "value": 1 + message_id % DICE[emoji]}}


CONTENTS: dict[str, Callable[[Fields, int], Content]] = {
    "sendlocation": location,
    "sendvenue": venue,
    "sendcontact": contact,
    "sendpoll": poll,
    "senddice": dice,
    "sendinvoice": invoice,
}
"""Method → the function that makes its content from the parameters and the message's id. It raises `Refused`."""


def _degrees(fields: Fields, name: str, limit: int) -> float:
    text = _required(fields, name)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:
        raise bad("wrong location specified")
    return value


def _required(fields: Fields, name: str) -> str:
    value = fields.text(name).strip()
    if not value:
        raise bad(f"{name.replace('_', ' ')} is empty")
    return value


def _option(option: Any) -> str:
    text = option.get("text") if isinstance(option, dict) else option
    return text.strip() if isinstance(text, str) else ""


def _check_options(options: list[str]) -> None:
    if not options:
        raise bad("poll must have at least 1 option")
    if len(options) > OPTIONS_LIMIT:
        raise bad(f"poll can't have more than {OPTIONS_LIMIT} options")
    if not all(options):
        raise bad("poll options must be non-empty")
    if any(len(option) > OPTION_LIMIT for option in options):
        raise bad(f"poll options length must not exceed {OPTION_LIMIT}")
