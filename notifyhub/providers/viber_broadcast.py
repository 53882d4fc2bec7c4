"""Viber's `broadcast_message`: the same content for many people in one call.

REST Bot API, "Broadcast message": 1 to 300 ids in `broadcast_list`, 30 KB of JSON in all; `failed_list` names those who
do not get it, each with a status. All others are accepted, with one common `message_token`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import orjson

from notifyhub import logs
from notifyhub.domain.envelope import Envelope
from notifyhub.domain.gcra import MARGIN
from notifyhub.domain.outcome import Outcome
from notifyhub.domain.rates import Rate
from notifyhub.providers.base import integer_in, json_object
from notifyhub.providers.http import HttpRequest, HttpResponse
from notifyhub.providers.viber import NOT_ALLOWED, ViberProvider

MOST_RECEIVERS = 300
MOST_BYTES = 30_000
GATHER_S = 0.005
LONGEST_WAIT_S = 1.0
LIMIT = Rate(500, 10)
"""REST Bot API, "Broadcast message": 500 calls in 10 seconds."""
# Viber would replace these words by each receiver's id or name.
_PLACEHOLDER = "replace_me_with_"

_log = logs.logger(__name__)


@dataclass(slots=True)
class _Batch:
    """Envelopes with equal content, and the future for each. It goes out no earlier than `goes_at` (monotonic, s)."""

    bytes_left: int
    goes_at: float
    waiting: dict[str, tuple[Envelope, asyncio.Future[Outcome]]] = field(default_factory=dict)
    full: asyncio.Event = field(default_factory=asyncio.Event)


class BroadcastingViberProvider(ViberProvider):
    """Collects envelopes with equal content for a few milliseconds.

    limit  of broadcasts by this provider; while there may be none, more envelopes are collected. None: no limit

    The other arguments are those of ViberProvider.
    """

    def __init__(self, *given: Any, limit: Rate | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self._spacing_s = 0.0 if limit is None else limit.seconds / limit.count * (1 + MARGIN)
        self._next_at = 0.0
        self._broadcast_url = self._url.replace("/send_message", "/broadcast_message")
        self._open: dict[bytes, _Batch] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._allowed = True

    async def send(self, envelope: Envelope) -> Outcome:
        if not self._allowed or _PLACEHOLDER in envelope.text:
            return await super().send(envelope)
        try:
            content = orjson.dumps(self.content(envelope))
        except orjson.JSONEncodeError:
            return await super().send(envelope)
        if content not in self._open and self._next_at > monotonic() + LONGEST_WAIT_S:
            # Single messages have no such limit, so nobody waits for long.
            return await super().send(envelope)
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        batch = self._batch_for(envelope, content)
        batch.waiting[envelope.address] = (envelope, outcome)
        batch.bytes_left -= len(envelope.address) + 3
        if len(batch.waiting) == MOST_RECEIVERS:
            self._close(content)
        return await outcome

    def content(self, envelope: Envelope) -> dict[str, Any]:
        """The content for all receivers of a broadcast. They share the tracking data, so it names only the message."""
        message = self.message(envelope)
        del message["receiver"]
        if "tracking_data" not in envelope.options:
            message["tracking_data"] = envelope.reference.rpartition("-")[0]
        return message

    async def aclose(self) -> None:
        for content in list(self._open):
            self._close(content)
        if self._under_way:
            await asyncio.wait(self._under_way)
        await super().aclose()

    def _batch_for(self, envelope: Envelope, content: bytes) -> _Batch:
        batch = self._open.get(content)
        # It is not documented whether a person who is twice in the list gets it once or twice.
        if batch is not None and envelope.address not in batch.waiting and batch.bytes_left > len(envelope.address) + 3:
            return batch
        if batch is not None:
            self._close(content)
        batch = self._open[content] = _Batch(MOST_BYTES - len(content) - 64, self._next_at)
        self._next_at = max(monotonic(), self._next_at) + self._spacing_s
        task = asyncio.create_task(self._go_out(content, batch))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return batch

    def _close(self, content: bytes) -> None:
        batch = self._open.pop(content, None)
        if batch is not None:
            batch.full.set()

    async def _go_out(self, content: bytes, batch: _Batch) -> None:
        began = monotonic()
        try:
            await asyncio.wait_for(batch.full.wait(), max(GATHER_S, batch.goes_at - began))
        except TimeoutError:
            if self._open.get(content) is batch:
                del self._open[content]
        await asyncio.sleep(max(0.0, batch.goes_at - monotonic()))
        waited_s = monotonic() - began
        asked = [
            (replace(envelope, timeout_s=envelope.timeout_s - waited_s), outcome)
            for envelope, outcome in batch.waiting.values()
            if not outcome.done()  # given up meanwhile
        ]
        try:
            await self._tell(content, asked)
        except Exception as error:
            for _, outcome in asked:
                if not outcome.done():
                    outcome.set_exception(error)

    async def _tell(self, content: bytes, asked: list[tuple[Envelope, asyncio.Future[Outcome]]]) -> None:
        if len(asked) > 1:
            outcomes = await self._broadcast(content, [envelope for envelope, _ in asked])
        else:
            outcomes = None
        if outcomes is None:
            outcomes = await asyncio.gather(*(super(BroadcastingViberProvider, self).send(one) for one, _ in asked))
        for (_, waiting), outcome in zip(asked, outcomes, strict=True):
            if not waiting.done():
                waiting.set_result(outcome)

    async def _broadcast(self, content: bytes, envelopes: list[Envelope]) -> list[Outcome] | None:
        """The outcome for each; None if broadcasts are not allowed, so that nobody got anything."""
        body = {**orjson.loads(content), "broadcast_list": [envelope.address for envelope in envelopes]}
        request = HttpRequest(self._broadcast_url, orjson.dumps(body), self._headers)
        answer = await self.call(request, min(envelope.timeout_s for envelope in envelopes))
        if not isinstance(answer, HttpResponse):
            return [answer] * len(envelopes)
        told = json_object(answer.body)
        if answer.status == 200 and integer_in(told, "status") == NOT_ALLOWED:
            self._stop_broadcasting()
            return None
        outcome = self.classify(answer)
        failed = _failed(told) if integer_in(told, "status") == 0 else {}
        return [self._of_one(failed.get(envelope.address), answer, outcome) for envelope in envelopes]

    def _of_one(self, failure: dict[str, Any] | None, answer: HttpResponse, outcome: Outcome) -> Outcome:
        if failure is None:
            return outcome
        return self.classify(replace(answer, body=orjson.dumps(failure)))

    def _stop_broadcasting(self) -> None:
        if self._allowed:
            _log.warning("viber: this account may not broadcast (20), so messages are sent one by one")
        self._allowed = False


def _failed(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Those of `failed_list`, by receiver."""
    listed = told.get("failed_list")
    return {
        entry["receiver"]: entry
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("receiver"), str)
    }
