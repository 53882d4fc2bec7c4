"""The states of mailings that still matter to what is being sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import peewee

from notifyhub.domain.mailings import MailingStatus
from notifyhub.store.rows import run


class MailingStates(NamedTuple):
    """stopped  ids of mailings of which nothing may be sent now
    ends     the end (epoch ms) of each running mailing; None: it has none
    """

    stopped: frozenset[int]
    ends: Mapping[int, int | None]


NONE = MailingStates(frozenset(), MappingProxyType({}))

_IS_LIVE = f"status IN ('{MailingStatus.RUNNING}', '{MailingStatus.PAUSED}')"
_LIVE = f"SELECT id, status, ends_at FROM mailings WHERE {_IS_LIVE}"
_TO_DO = f"""
    SELECT EXISTS (SELECT 1 FROM mailings WHERE {_IS_LIVE})
        OR EXISTS (SELECT 1 FROM mailings WHERE status = '{MailingStatus.SCHEDULED}' AND starts_at <= ?)
        OR EXISTS (SELECT 1 FROM mailings WHERE swept = 0)"""
_STOPPED = "SELECT id FROM mailings WHERE swept = 0"


def to_do(now: int) -> Callable[[peewee.Database], bool]:
    """Query: is there any mailing that a sweep may have to move at `now` (epoch ms)?"""
    return lambda database: bool(run(database, _TO_DO, now).fetchone()[0])


def states(database: peewee.Database) -> MailingStates:
    """Query: the mailings that are running, or stopped while deliveries may be on their way."""
    live = run(database, _LIVE).fetchall()
    ended = {id_ for (id_,) in run(database, _STOPPED).fetchall()}
    paused = {id_ for id_, status, _ in live if status == MailingStatus.PAUSED}
    ends = {id_: ends_at for id_, status, ends_at in live if status == MailingStatus.RUNNING}
    return MailingStates(frozenset(ended | paused), ends)
