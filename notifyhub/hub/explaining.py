"""Explaining: what happened, and what happens next, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain import pacing, resting, story
from notifyhub.domain.adaptive_rate import FULL
from notifyhub.domain.resting import Rest
from notifyhub.domain.senders import sender_of
from notifyhub.domain.states import Status
from notifyhub.domain.summary import DUPLICATE
from notifyhub.hub.resting import paced, rests
from notifyhub.hub.wiring import Wiring
from notifyhub.providers.codes import recall
from notifyhub.requests import as_message_id, as_row_id
from notifyhub.store import histories, sender_paces, senders
from notifyhub.store.histories import History
from notifyhub.store.sender_paces import Paces
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
        found = await self.asked(question)
        resting_ones, paces = rests(await self.asked(senders.every)), await self.asked(sender_paces.paces)
        return [self._story(history, resting_ones, paces) for history in found]

    def _story(self, history: History, resting_ones: Mapping[tuple[str, str], Rest], paces: Paces) -> answers.Story:
        channel = self.settings.channels().get(history.subject.channel)
        most = history.subject.max_attempts or (channel.max_attempts if channel else None)
        subject = replace(history.subject, max_attempts=most)
        if history.duplicate_of is not None:
            told, following = story.duplicate(subject, history.duplicate_of, history.holder_status or DUPLICATE)
        else:
            told = story.events(subject, _lookup)
            now = to_datetime(now_ms())
            following = story.next_step(subject, _lookup, now)
            at = (subject.channel, self._sender(history))
            if subject.status == Status.SCHEDULED and (rest := resting_ones.get(at)) is not None:
                following = resting.next_step(subject, rest, following, now)
            elif subject.status == Status.SCHEDULED and channel is not None:
                account = paced(self.settings, *at, paces.get(at, FULL))
                following = pacing.next_step(subject, account, following, now)
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

    def _sender(self, history: History) -> str:
        channel = self.settings.channels().get(history.subject.channel)
        by_address = channel is not None and channel.only_addresses is not None
        return sender_of(history.subject.address, history.options or {}, by_address=by_address)


def _lookup(channel: str, this: story.Try) -> tuple[str, bool] | None:
    meaning = recall(channel, this.code, this.detail, permanent=this.outcome == "permanent_failure")
    return None if meaning is None else (meaning.reason, meaning.wait_s is not None)
