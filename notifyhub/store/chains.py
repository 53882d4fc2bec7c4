"""How a step of a chain gives way to the next.

The successor is stored in the transaction of the conditional UPDATE that ends its former, so there are never two at
once and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.states import Status
from notifyhub.domain.summary import DUPLICATE
from notifyhub.errors import StoreUnavailable
from notifyhub.store import fingerprints, noting, wordings
from notifyhub.store.chain_steps import as_rest
from notifyhub.store.fingerprints import TRIES
from notifyhub.store.rows import Type, as_uuid, fetch_rows, is_postgres, run_rows

GOING_ON = frozenset({MailingStatus.RUNNING, MailingStatus.PAUSED, MailingStatus.FINISHED})
"""States of mailings of which something may still be sent."""


class Step(NamedTuple):
    """A step that may give way, with what its successor takes over. Times are epoch ms.

    rest  JSON: [channel, address] of each step that may follow; None: none
    """

    id: int
    message_id: Any
    mailing_id: int
    lane: int
    client_id: int | None
    operator_code: str | None
    position: int
    priority: int
    expires_at: int | None
    max_attempts: int | None
    created_at: int
    due_at: int
    chain_id: int
    step: int
    rest: str | None
    confirm_within_ms: int | None
    text: str
    options: str | None
    deduplicate: str
    template: str | None
    mailing_status: str | None
    ends_at: int | None

    def may_go_on(self, now: int) -> bool:
        """May anything be sent after this step at `now` (epoch ms)?"""
        if self.mailing_id and self.mailing_status not in GOING_ON:
            return False
        return all(end is None or end > now for end in (self.expires_at, self.ends_at))


_OF_DELIVERY = Step._fields[: Step._fields.index("chain_id")]
_OF_CHAIN = ("chain_id", "step", "rest", "confirm_within_ms")
_OF_MESSAGE = ("text", "options", "deduplicate", "template")
STEP = ", ".join(
    [
        *(f"d.{name} AS {name}" for name in _OF_DELIVERY),
        *(f"c.{name} AS {name}" for name in _OF_CHAIN),
        *(f"m.{name} AS {name}" for name in _OF_MESSAGE),
        "g.status AS mailing_status",
        "g.ends_at AS ends_at",
    ]
)
"""The columns of a step, for a SELECT from chain_steps AS c, deliveries AS d and `BODY`."""
BODY = "JOIN messages AS m ON m.id = d.message_id LEFT JOIN mailings AS g ON g.id = d.mailing_id AND d.mailing_id <> 0"

_ID: dict[str, Type] = {"id": "BIGINT"}
_ENDED = f"""
    SELECT {STEP} FROM {{rows}} AS r
    JOIN chain_steps AS c ON c.delivery_id = r.id JOIN deliveries AS d ON d.id = r.id {BODY}
    WHERE c.rest IS NOT NULL AND c.next_id IS NULL AND d.status = '{{status}}' {{lock}}"""
_GIVE_WAY = f"""
    UPDATE deliveries SET status = '{Status.SUPERSEDED}' FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status = '{{status}}' {noting.RETURNING}"""


class _Successor(NamedTuple):
    message_id: str
    position: int
    channel: str
    address: str
    priority: int
    due_at: int
    expires_at: int | None
    max_attempts: int | None
    created_at: int
    mailing_id: int
    lane: int
    sender: str
    client_id: int | None
    operator_code: str | None
    status: str
    reason: str | None
    dedup_key: str | None


_SUCCESSOR: dict[str, Type] = dict.fromkeys(_Successor._fields, "BIGINT")
_SUCCESSOR |= {"message_id": "UUID", "channel": "TEXT", "address": "TEXT", "operator_code": "TEXT", "sender": "TEXT"}
_SUCCESSOR |= {"status": "TEXT", "reason": "TEXT", "dedup_key": "TEXT"}
_INSERT = f"""
    INSERT INTO deliveries ({", ".join(_SUCCESSOR)}, attempt, spent, maybe_sent)
    SELECT {", ".join(_SUCCESSOR)}, 0, 0, 0 FROM {{rows}} AS r WHERE {fingerprints.FREE} ON CONFLICT DO NOTHING"""
_STORED = """
    SELECT r.former_id AS former_id, d.id AS id
    FROM {rows} AS r JOIN deliveries AS d ON d.message_id = r.message_id AND d.position = r.position"""
_PLACE: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT", "former_id": "BIGINT"}
_LINK: dict[str, Type] = {
    "id": "BIGINT",
    "former_id": "BIGINT",
    "rest": "TEXT",
    "confirm_at": "BIGINT",
    "began_at": "BIGINT",
}
_FOLLOW = """
    INSERT INTO chain_steps (delivery_id, message_id, chain_id, mailing_id, channel, step, former_id, rest,
        confirm_within_ms, confirm_at, began_at)
    SELECT r.id, c.message_id, c.chain_id, c.mailing_id, d.channel, c.step + 1, r.former_id, r.rest,
        c.confirm_within_ms, r.confirm_at, r.began_at
    FROM {rows} AS r JOIN chain_steps AS c ON c.delivery_id = r.former_id JOIN deliveries AS d ON d.id = r.id"""
_POINT = """
    UPDATE chain_steps SET next_id = r.id, confirm_at = NULL FROM {rows} AS r
    WHERE chain_steps.delivery_id = r.former_id"""


def advance(database: peewee.Database, ids: Iterable[int], now: int, ended: Status = Status.FAILED) -> frozenset[str]:
    """Let the steps among these deliveries that have just ended in the state `ended` give way at `now` (epoch ms).

    Those after which nothing may be sent any more stay as they are. Returns the channels with something newly due.
    """
    rows = [(id_,) for id_ in ids]
    if not rows:
        return frozenset()
    # Whoever stops the chain meanwhile is waited for.
    lock = "FOR UPDATE OF c" if is_postgres(database) else ""
    ask = _ENDED.replace("{status}", ended).replace("{lock}", lock)
    found = [Step(*row) for row in fetch_rows(database, ask, Step._fields, _ID, rows)]
    steps = [step for step in found if step.may_go_on(now)]
    if not steps:
        return frozenset()
    moved = run_rows(database, _GIVE_WAY.replace("{status}", ended), _ID, [(step.id,) for step in steps])
    rows = moved.fetchall()
    noting.moved("delivery.superseded", rows)
    gone = {row[0] for row in rows}
    # One that was refused before its time leaves the time to the next.
    return store_successors(database, [step for step in steps if step.id in gone], now, keep_due=True)


def store_successors(
    database: peewee.Database, steps: Sequence[Step], now: int, *, keep_due: bool = False
) -> frozenset[str]:
    """Store what follows steps that gave way in this transaction. Returns the channels.

    They are due at `now` (epoch ms), or with `keep_due` not before the steps that gave way.

    If another delivery has this content for the next address, the chain ends there as a duplicate.
    """
    if not steps:
        return frozenset()
    steps = _worded(database, steps)
    due = {step.id: max(now, step.due_at) if keep_due else now for step in steps}
    successors = {step.id: _successor(step, due[step.id]) for step in steps}
    windows = {step.id: int(step.deduplicate) * 1000 for step in steps if step.deduplicate.isdigit()}
    if windows:
        wanted = [(successors[id_].dedup_key, now, window_ms) for id_, window_ms in windows.items()]
        fingerprints.give_way(database, [(key, at, window_ms) for key, at, window_ms in wanted if key is not None])
    repeated = _insert(database, successors)
    noting.follow(successor for id_, successor in successors.items() if id_ not in repeated)
    ids = _stored(database, successors)
    _link(database, [(step, ids[step.id], step.id in repeated) for step in steps], due, now)
    return frozenset(successor.channel for id_, successor in successors.items() if id_ not in repeated)


def _worded(database: peewee.Database, steps: Sequence[Step]) -> list[Step]:
    """The steps with the texts of their successors, where those have their own."""
    places = {step.id: (step.message_id, step.position + 1) for step in steps if step.template is not None}
    own = wordings.at(database, places.values())
    if not own:
        return list(steps)
    said = {id_: own[place].content for id_, place in places.items() if place in own}
    return [step._replace(**said.get(step.id, {})) for step in steps]


def _successor(step: Step, due_at: int) -> _Successor:
    (channel, address), *_ = orjson.loads(step.rest or "[]")
    options = orjson.loads(step.options).get(channel) if step.options else None
    return _Successor(
        message_id=as_uuid(step.message_id).hex,
        position=step.position + 1,
        channel=channel,
        address=address,
        priority=step.priority,
        due_at=due_at,
        expires_at=step.expires_at,
        max_attempts=step.max_attempts,
        created_at=step.created_at,
        mailing_id=step.mailing_id,
        lane=step.lane,
        sender="" if options is None else options.get("sender", ""),
        client_id=step.client_id,
        operator_code=step.operator_code,
        status=Status.SCHEDULED,
        reason=None,
        dedup_key=None if step.deduplicate == "off" else dedup_key(channel, address, step.text, options),
    )


def _insert(database: peewee.Database, successors: dict[int, _Successor]) -> set[int]:
    """Insert the successors of these formers. Returns the formers of those that are duplicates."""
    pending, repeated = dict(successors), set[int]()
    for _ in range(TRIES):
        run_rows(database, _INSERT, _SUCCESSOR, map(tuple, pending.values()))
        there = _stored(database, pending)
        pending = {id_: successor for id_, successor in pending.items() if id_ not in there}
        if not pending:
            return repeated
        holders = fingerprints.holders(database, [s.dedup_key for s in pending.values() if s.dedup_key is not None])
        held = {id_: successor for id_, successor in pending.items() if successor.dedup_key in holders}
        repeated |= held.keys()
        # One that is held ends at once; of the others the key was released meanwhile, so they are simply tried again.
        pending |= {
            id_: successor._replace(status=Status.CANCELLED, reason=DUPLICATE, dedup_key=None)
            for id_, successor in held.items()
        }
    raise StoreUnavailable("others took the place again and again; this is tried again")


def _stored(database: peewee.Database, successors: dict[int, _Successor]) -> dict[int, int]:
    """The ids of those successors that are stored, by their formers."""
    places = [(successor.message_id, successor.position, id_) for id_, successor in successors.items()]
    return {row[0]: row[1] for row in fetch_rows(database, _STORED, ("former_id", "id"), _PLACE, places)}


def _link(
    database: peewee.Database, followed: Sequence[tuple[Step, int, bool]], due: Mapping[int, int], now: int
) -> None:
    """Note that each step is followed by a delivery; those that are duplicates go no further."""
    links = []
    for step, id_, is_duplicate in followed:
        rest = [] if is_duplicate else orjson.loads(step.rest or "[]")[1:]
        confirm_at = None
        if rest and step.confirm_within_ms is not None:
            confirm_at = due[step.id] + step.confirm_within_ms
        links.append((id_, step.id, as_rest(rest), confirm_at, now))
    run_rows(database, _FOLLOW, _LINK, links)
    run_rows(database, _POINT, _LINK, links)
