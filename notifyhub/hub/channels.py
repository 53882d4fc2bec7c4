"""Channels: settings and health."""

from __future__ import annotations

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain import health
from notifyhub.domain.addresses import FORMS
from notifyhub.domain.health import CallCount
from notifyhub.domain.limits import MAX_CHARACTERS
from notifyhub.errors import NotFound
from notifyhub.hub.resting import senders_of
from notifyhub.hub.wiring import Wiring
from notifyhub.providers.registry import base_url_of
from notifyhub.settings import without_secrets
from notifyhub.store import call_counts, sender_paces, senders
from notifyhub.store.call_counts import MINUTE_MS, MOST_COUNTED, Waiting
from notifyhub.verbs import Verbs, result_of

MINUTES = 5
"""How far back the calls are counted that say how a channel does."""


class Channels(Wiring, Verbs):
    """The address format, retry policy and health of each channel."""

    async def channels(self) -> list[answers.Channel]:
        return [await self.channel(name) for name in self.settings.channels()]

    async def channel(self, name: str) -> answers.Channel:
        own = self.settings.channels().get(name)
        if own is None:
            raise NotFound("channel", name)
        now = now_ms()
        await self.ready()
        ended = self.ask(call_counts.lately(name, now - (MINUTES - 1) * MINUTE_MS))
        waiting = self.ask(call_counts.waiting(name, now))
        circuits = self.ask(senders.every)
        paces = self.ask(sender_paces.paces)
        standings = await result_of(circuits)
        return answers.Channel(
            name=name,
            emulated=self.settings.is_emulated(name),
            senders=sorted(own.senders),
            base_url=without_secrets(base_url_of(self.settings, name)),
            text_limit=MAX_CHARACTERS.get(name),
            address=answers.AddressForm(description=FORMS[name].description, example=FORMS[name].example),
            retry=answers.Retrying(max_attempts=own.max_attempts, base_s=own.retry_base_s, cap_s=own.retry_cap_s),
            concurrency=own.concurrency,
            timeout_s=own.timeout_s,
            health=_health(await result_of(ended)),
            accounts=senders_of(self.settings, name, standings, await result_of(paces), to_datetime(now)),
            waiting=_backlog(await result_of(waiting)),
        )


def _health(ended: list[CallCount]) -> answers.ChannelHealth:
    state, trouble = health.health(ended), health.last_trouble(ended)
    outcomes: dict[str, int] = {}
    for count in ended:
        if count.calls:
            outcomes[count.outcome] = outcomes.get(count.outcome, 0) + count.calls
    sent_at, answered_at = health.last_sent(ended), health.last_answered(ended)
    return answers.ChannelHealth(
        state=state,
        words=health.WORDS[state],
        minutes=MINUTES,
        outcomes=outcomes,
        last_sent_at=None if sent_at is None else to_datetime(sent_at),
        last_answered_at=None if answered_at is None else to_datetime(answered_at),
        last_trouble=trouble
        and answers.Trouble(at=to_datetime(trouble.last_at), outcome=trouble.outcome, code=trouble.code),
    )


def _backlog(waiting: Waiting) -> answers.Backlog:
    next_at = None if waiting.next_at is None else to_datetime(waiting.next_at)
    return answers.Backlog(due=waiting.due, more=waiting.due == MOST_COUNTED, next_at=next_at)
