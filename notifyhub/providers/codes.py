"""The meaning of a messenger's code, from a stored attempt; without network."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from notifyhub.providers import email_codes, gateway, telegram, viber, whatsapp
from notifyhub.providers.meaning import Meaning

_NUMBER = re.compile(r"-?[0-9]{1,18}")
_TABLES: MappingProxyType[str, Callable[[int, str], Meaning | None]] = MappingProxyType(
    {
        "telegram": telegram.recall,
        "viber": viber.recall,
        "whatsapp": whatsapp.recall,
        "gateway": gateway.recall,
    }
)


def recall(channel: str, code: str, detail: str, *, permanent: bool) -> Meaning | None:
    """The row of the channel's table for an attempt with this code and answer.

    `permanent` is how it was judged at the time. None for our own codes, and if the table contradicts that, because the
    stored answer is cut or the table has changed.
    """
    meaning = email_codes.recall(code, detail) if channel == "email" else _by_number(channel, code, detail)
    return meaning if meaning is not None and meaning.permanent == permanent else None


def _by_number(channel: str, code: str, detail: str) -> Meaning | None:
    table = _TABLES.get(channel)
    return None if table is None or not _NUMBER.fullmatch(code) else table(int(code), detail)
