"""Webhook calls: receipts are applied, and what people do is acted on once, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from itertools import chain
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.clock import to_iso
from notifyhub.domain.events import OF_DEEDS
from notifyhub.domain.inbound import Inbound, is_word
from notifyhub.domain.receipt import Receipt
from notifyhub.store import event_wants, events, noting, reachability, receipts
from notifyhub.store.events import NewEvent
from notifyhub.store.reachability import Place, Unreachable
from notifyhub.store.receipts import Arrived
from notifyhub.store.rows import Type, run, run_rows

UPDATES_KEPT_MS = 8 * 86_400_000
"""WhatsApp repeats a call for up to 7 days, and nobody does it for longer."""


class Rules(NamedTuple):
    """What to do with what people do.

    opt_out, opt_in      words in the form of `domain.inbound.folded`
    unreachable_kept_ms  for how long somebody who left counts as unreachable
    forwards             keep each for the operator's URL
    """

    opt_out: frozenset[str]
    opt_in: frozenset[str]
    unreachable_kept_ms: int
    forwards: bool


class Heard(NamedTuple):
    """What a webhook call said at `now` (epoch ms)."""

    receipts: Sequence[Receipt]
    inbound: Sequence[Inbound]
    now: int
    rules: Rules


_UPDATE: dict[str, Type] = {"channel": "TEXT", "sender": "TEXT", "update_id": "TEXT", "seen_at": "BIGINT"}
_SEE = f"""
    INSERT INTO inbound_updates ({", ".join(_UPDATE)}) SELECT {", ".join(_UPDATE)} FROM {{rows}} AS r WHERE true
    ON CONFLICT DO NOTHING RETURNING channel, sender, update_id"""
_POST: dict[str, Type] = {"body": "TEXT", "created_at": "BIGINT", "due_at": "BIGINT"}
_KEEP = (
    "INSERT INTO inbound_posts (body, created_at, due_at, tries) SELECT body, created_at, due_at, 0 FROM {rows} AS r"
)
_CLIENT_AT = """
    SELECT client_id FROM deliveries WHERE address = ? AND channel = ? AND client_id IS NOT NULL
    ORDER BY created_at DESC LIMIT 1"""
_ANY_OLD = "SELECT 1 FROM inbound_updates WHERE seen_at <= ? LIMIT 1"
_FORGET = """
    DELETE FROM inbound_updates WHERE (channel, sender, update_id) IN (
        SELECT channel, sender, update_id FROM inbound_updates WHERE seen_at <= ? LIMIT ?)"""


def hear(database: peewee.Database, calls: Sequence[Heard]) -> list[int]:
    """Act on webhook calls, as a writer's job. Returns how many receipts of each have a known delivery."""
    arrived = [Arrived(call.receipts, call.now, call.rules.unreachable_kept_ms) for call in calls]
    known = receipts.apply(database, arrived)
    if any(call.inbound for call in calls):
        fresh, wanted = _fresh(database, calls), event_wants.wanted(database)
        for call in calls:
            # Of two equal ones in one call, one counts.
            own = {_key(inbound): inbound for inbound in call.inbound if _key(inbound) in fresh}
            fresh -= own.keys()
            _act(database, list(own.values()), call)
            _tell(database, list(own.values()), call, wanted)
    return known


def any_old(now: int) -> Callable[[peewee.Database], bool]:
    """Query: is any update kept for longer than need be at `now` (epoch ms)?"""
    return lambda database: run(database, _ANY_OLD, now - UPDATES_KEPT_MS).fetchone() is not None


def forget(database: peewee.Database, requests: Sequence[tuple[int, int]]) -> list[int]:
    """Forget updates that nobody repeats any more: pairs of (now in epoch ms, most at once)."""
    return [run(database, _FORGET, now - UPDATES_KEPT_MS, limit).rowcount for now, limit in requests]


def _fresh(database: peewee.Database, calls: Sequence[Heard]) -> set[tuple[str, str, str]]:
    """The updates that are seen for the first time."""
    rows = chain.from_iterable(((*_key(inbound), call.now) for inbound in call.inbound) for call in calls)
    return {tuple(row) for row in run_rows(database, _SEE, _UPDATE, rows).fetchall()}


def _key(inbound: Inbound) -> tuple[str, str, str]:
    return inbound.channel, inbound.sender, inbound.update_id


def _act(database: peewee.Database, inbound: Sequence[Inbound], call: Heard) -> None:
    rules, now = call.rules, call.now
    # One after the other: the last wish of a person counts.
    for one in inbound:
        place = (one.channel, one.address)
        _note(database, one, rules)
        if one.makes_reachable:
            reachability.write_reachable(database, [Place(*place, one.sender)])
        elif one.reason is not None and rules.unreachable_kept_ms:
            until = now + rules.unreachable_kept_ms
            entry = Unreachable(*place, one.sender, one.reason, "inbound", now, until)
            reachability.write_unreachable(database, [entry])
        if one.is_private and is_word(one.text, rules.opt_out):
            reachability.write_suppressed(database, [place], "inbound", now)
        elif one.is_private and is_word(one.text, rules.opt_in):
            reachability.write_allowed(database, [place])
    if rules.forwards and inbound:
        run_rows(database, _KEEP, _POST, [(_document(one), now, now) for one in inbound])


def _note(database: peewee.Database, one: Inbound, rules: Rules) -> None:
    """Tell what somebody did, by the number of the client to whom something was sent at this address."""
    if not noting.is_listening():
        return
    found = run(database, _CLIENT_AT, one.address, one.channel).fetchone()
    who = {"client_id": found[0] if found else None, "channel": one.channel}
    noting.note("person.wrote", **who, sender=one.sender or None, kind=str(one.kind), reason=one.reason)
    if one.is_private and is_word(one.text, rules.opt_out):
        noting.note("client.opted_out", **who, channels=[one.channel], by="inbound")
    elif one.is_private and is_word(one.text, rules.opt_in):
        noting.note("client.opted_in", **who, channels=[one.channel], by="inbound")
    elif one.reason is not None:
        noting.note("client.opted_out", **who, channels=[one.channel], by="messenger", reason=one.reason)


def _tell(database: peewee.Database, inbound: Sequence[Inbound], call: Heard, wanted: Container[str]) -> None:
    """Store the events of it that somebody wants."""
    told = []
    for one in inbound:
        types = [OF_DEEDS[one.kind], *_wish(one, call.rules)]
        if types := [type_ for type_ in types if type_ in wanted]:
            found = run(database, _CLIENT_AT, one.address, one.channel).fetchone()
            facts = {**_facts(one), "reason": one.reason, "client_id": found[0] if found else None}
            told += [NewEvent(type_, call.now, facts, channel=one.channel, address=one.address) for type_ in types]
    if told:
        events.insert(database, told)


def _wish(one: Inbound, rules: Rules) -> Sequence[str]:
    if one.is_private and is_word(one.text, rules.opt_out):
        return ("person.opted_out",)
    return ("person.opted_in",) if one.is_private and is_word(one.text, rules.opt_in) else ()


def _facts(one: Inbound) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "sender": one.sender or None,
        "address": one.address,
        "text": one.text,
        "at": to_iso(one.at) if one.at else None,
        "messenger_id": one.messenger_id,
    }


def _document(one: Inbound) -> str:
    """What the operator's URL is told."""
    told = {**_facts(one), "kind": one.kind, "raw": orjson.Fragment(one.raw)}
    return orjson.dumps(told).decode()
