"""Explaining: what happened, and what happens next, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain import chain_story, pacing, resting, story
from notifyhub.domain.adaptive_rate import FULL
from notifyhub.domain.resting import Rest
from notifyhub.domain.senders import sender_of
from notifyhub.domain.states import Status
from notifyhub.domain.story import Subject
from notifyhub.domain.summary import DUPLICATE
from notifyhub.hub.resting import paced, rests
from notifyhub.hub.wiring import Wiring
from notifyhub.providers.codes import recall
from notifyhub.requests import as_message_id, as_row_id
from notifyhub.store import histories, sender_paces, senders
from notifyhub.store.histories import History
from notifyhub.store.sender_paces import Paces
from notifyhub.store.senders import Standing
from notifyhub.store.snapshots import both
from notifyhub.store.views import FIRST
from notifyhub.verbs import Verbs

MOST_STORIES = 1_000
_ACCOUNTS = both(senders.every, sender_paces.paces)


class Explaining(Wiring, Verbs):
    """What happened, and what happens next."""

    async def why(self, id_: int | str | UUID) -> list[answers.Story]:
        text = str(id_)
        if not (text.isdigit() and len(text) < 32):
            stories, _ = await self.stories(as_message_id(id_ if isinstance(id_, UUID) else text))
            return stories
        question = histories.of_delivery(as_row_id("delivery", text))
        found, accounts = await self.asked(both(question, _ACCOUNTS))
        return self._stories(found, *accounts)

    async def stories(
        self, id_: UUID, after: int = FIRST, most: int = MOST_STORIES
    ) -> tuple[list[answers.Story], int | None]:
        """What `why` tells of at most `most` recipients of a message after this position, and the last one's position.

        The position is None if nobody follows. Raises NotFound.
        """
        found, accounts = await self.asked(both(histories.of_message(id_, after, most), _ACCOUNTS))
        return self._stories(found.histories, *accounts), found.last

    def _stories(self, found: Iterable[History], standings: Sequence[Standing], paces: Paces) -> list[answers.Story]:
        resting_ones = rests(standings)
        return [self._story(history, resting_ones, paces) for history in found]

    def _story(self, history: History, resting_ones: Mapping[tuple[str, str], Rest], paces: Paces) -> answers.Story:
        subject, now = self._limited(history.subject), to_datetime(now_ms())

        def next_of(of: Subject) -> str:
            following = story.next_step(of, _lookup, now)
            at = (of.channel, self._sender(history))
            if of.status != Status.SCHEDULED or of.channel not in self.settings.channels():
                return following
            if (rest := resting_ones.get(at)) is not None:
                return resting.next_step(of, rest, following, now)
            account = paced(self.settings, *at, paces.get(at, FULL))
            return pacing.next_step(of, account, history.rate, following, now)

        if history.duplicate_of is not None:
            told, following = story.duplicate(subject, history.duplicate_of, history.holder_status or DUPLICATE)
        elif history.chain:
            steps = [replace(step, subject=self._limited(step.subject)) for step in history.chain]
            told, following = chain_story.events(steps, _lookup), chain_story.next_step(steps, next_of)
        else:
            told, following = story.events(subject, _lookup), next_of(subject)
        return answers.Story(
            delivery_id=history.id,
            message_id=history.message_id,
            channel=subject.channel,
            address=subject.address,
            status=subject.status,
            duplicate_of=history.duplicate_of,
            chain=list(history.deliveries) or None,
            events=[answers.Event(at=event.at, event=event.event, words=event.words) for event in told],
            next=following,
        )

    def _limited(self, subject: Subject) -> Subject:
        """With the attempts that its channel allows, if its message does not say."""
        channel = self.settings.channels().get(subject.channel)
        most = subject.max_attempts or (channel.max_attempts if channel else None)
        return replace(subject, max_attempts=most)

    def _sender(self, history: History) -> str:
        channel = self.settings.channels().get(history.subject.channel)
        by_address = channel is not None and channel.only_addresses is not None
        return sender_of(history.subject.address, history.options or {}, by_address=by_address)


def _lookup(channel: str, this: story.Try) -> tuple[str, bool] | None:
    meaning = recall(channel, this.code, this.detail, permanent=this.outcome == "permanent_failure")
    return None if meaning is None else (meaning.reason, meaning.wait_s is not None)
