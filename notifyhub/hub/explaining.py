"""Explaining: what happened, and what happens next, in plain words."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain import story
from notifyhub.domain.summary import DUPLICATE
from notifyhub.hub.wiring import Wiring
from notifyhub.providers.codes import recall
from notifyhub.requests import as_message_id, as_row_id
from notifyhub.store import histories
from notifyhub.store.histories import History
from notifyhub.verbs import Verbs

MOST_STORIES = 1_000


class Explaining(Wiring, Verbs):
    """What happened, and what happens next."""

    async def why(self, id_: int | str | UUID) -> list[answers.Story]:
        text = str(id_)
        if text.isdigit() and len(text) < 32:
            question = histories.of_delivery(as_row_id("delivery", text))
        else:
            question = histories.of_message(as_message_id(id_ if isinstance(id_, UUID) else text), MOST_STORIES)
        return [self._story(history) for history in await self.asked(question)]

    def _story(self, history: History) -> answers.Story:
        channel = self.settings.channels().get(history.subject.channel)
        most = history.subject.max_attempts or (channel.max_attempts if channel else None)
        subject = replace(history.subject, max_attempts=most)
        if history.duplicate_of is not None:
            told, following = story.duplicate(subject, history.duplicate_of, history.holder_status or DUPLICATE)
        else:
            told = story.events(subject, _lookup)
            following = story.next_step(subject, _lookup, to_datetime(now_ms()))
        return answers.Story(
            delivery_id=history.id,
            message_id=history.message_id,
            channel=subject.channel,
            address=subject.address,
            status=subject.status,
            duplicate_of=history.duplicate_of,
            events=[answers.Event(at=event.at, event=event.event, words=event.words) for event in told],
            next=following,
        )


def _lookup(channel: str, this: story.Try) -> tuple[str, bool] | None:
    meaning = recall(channel, this.code, this.detail, permanent=this.outcome == "permanent_failure")
    return None if meaning is None else (meaning.reason, meaning.wait_s is not None)
