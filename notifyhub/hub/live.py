"""What is going on now, as an answer."""

from __future__ import annotations

from datetime import datetime

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.domain.states import Status
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.hub.resting import senders_of
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.fields import moment
from notifyhub.settings import Settings
from notifyhub.store import figures
from notifyhub.store.call_counts import KEPT_MINUTES, MINUTE_MS
from notifyhub.store.figures import Done, Load
from notifyhub.store.snapshots import both

LATELY_MS = MINUTE_MS


async def live(wiring: Wiring, since: datetime | str | None) -> answers.Live:
    """What is going on, and what was done since a moment of the last six hours; default: the last minute.

    Raises InvalidRequest.
    """
    now = now_ms()
    begin = _begin(since, now)
    load, done = await wiring.asked(both(figures.load(list(wiring.settings.channels()), now), figures.done(begin, now)))
    return answers.Live(
        at=to_datetime(now),
        since=to_datetime(begin),
        processes=done.processes,
        channels=[_channel(wiring.settings, name, load, done) for name in wiring.settings.channels()],
    )


def _begin(since: datetime | str | None, now: int) -> int:
    if since is None:
        return now - LATELY_MS
    try:
        begin = to_ms(moment(since))
    except ValueError as error:
        raise InvalidRequest([Fault("$.since", "form", str(error))]) from None
    if begin < now - KEPT_MINUTES * MINUTE_MS:
        raise InvalidRequest([Fault("$.since", "past", f"must be in the last {KEPT_MINUTES // 60} hours")])
    return begin


def _channel(settings: Settings, name: str, load: Load, done: Done) -> answers.LiveChannel:
    calls = {outcome: number for (channel, outcome), number in done.calls.items() if channel == name}
    due_since = load.due_since.get(name)
    return answers.LiveChannel(
        name=name,
        accepted=done.accepted.get(name, 0),
        sent=calls.get("sent", 0),
        failed=sum(number for outcome, number in calls.items() if outcome != "sent"),
        scheduled=load.open[name, Status.SCHEDULED],
        sending=load.open[name, Status.SENDING],
        unconfirmed=load.open[name, Status.UNCONFIRMED],
        queue_age_s=0.0 if due_since is None else (load.at - due_since) / 1000,
        accounts=senders_of(settings, name, load.standings, load.paces, to_datetime(load.at)),
    )
