"""Erasing clients of a hub's store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.hub.wiring import Wiring
from notifyhub.logs.current import ASKED_BY
from notifyhub.requests import as_row_id, erasure_request
from notifyhub.requests.erasures import spellings
from notifyhub.requests.filters import checked_order
from notifyhub.store import erasing
from notifyhub.verbs.calls import as_arguments


class Erasing:
    """The verbs of erasures."""

    _wiring: Wiring

    async def erase_as(
        self, id_: int | str, asked: bytes | Mapping[str, Any], asker: str | None = None
    ) -> answers.Erasure:
        """`asker`: the API key that asks; None: the command line, or a program that uses the hub itself."""
        asker = asker or ("command line" if ASKED_BY.get().face == "cli" else "library")
        row, request = as_row_id("client", id_), erasure_request(asked)
        by = f"{asker} ({request.by})" if request.by else asker
        wanted = erasing.Wanted(row, now_ms(), by, request.reason, self._secret)
        return await self._wiring.written(erasing.erase, wanted)

    async def erasure(self, id_: int | str) -> answers.Erasure:
        return await self._wiring.asked(erasing.one(as_row_id("erasure", id_)))

    async def erasures(
        self,
        /,
        before: answers.Erasure | int | None = None,
        limit: int = 100,
        *,
        address: str | None = None,
        order: Literal["newest", "oldest"] = "newest",
    ) -> list[answers.Erasure]:
        last = before.id if isinstance(before, answers.Erasure) else before
        with as_arguments():
            first = checked_order(order)
        last = first.start if last is None else last
        wanted = None if address is None else spellings(address, self._wiring.settings.default_region)
        return await self._wiring.asked(erasing.page(last, limit, wanted, self._secret, first))

    @property
    def _secret(self) -> str | None:
        key = self._wiring.settings.retention.erasure_key
        return None if key is None else key.get_secret_value()
