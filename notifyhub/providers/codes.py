"""What a messenger's code meant, from what was kept of an attempt; no network is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from notifyhub.providers import gateway, telegram, viber, whatsapp
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
    """The row of the channel's table that an attempt with this code and answer was judged by.

    `permanent` says what was made of it at the time. None for codes of our own, and where the table contradicts
    that, because the kept answer is cut or the table was another one.
    """
    table = _TABLES.get(channel)
    if table is None or not _NUMBER.fullmatch(code):
        return None
    meaning = table(int(code), detail)
    return meaning if meaning is not None and meaning.permanent == permanent else None
