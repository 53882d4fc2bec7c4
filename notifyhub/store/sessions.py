"""Sessions of the dashboard, and the links that begin them. Tokens and secrets are stored as hashes.

Those of `keys.hash_key`: they have 256 random bits too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.roles import Role
from notifyhub.errors import NotFound, SignInRefused
from notifyhub.store.rows import fetch, run
from notifyhub.store.session_models import DashboardSession, LoginLink

Via = Literal["link", "oidc"]

NOTED_EVERY_MS = 60_000
"""The use of a session is noted this often."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to store. Moments in epoch ms."""

    hash: str
    name: str
    role: Role
    now: int
    expires_at: int


class Opening(NamedTuple):
    """A session to begin, but for whose it is. Moments in epoch ms."""

    hash: str
    user_agent: str
    now: int
    expires_at: int


class Redemption(NamedTuple):
    """A link to redeem, by the hash of its token, and the session that begins then."""

    token_hash: str
    opening: Opening


class Beginning(NamedTuple):
    """A session to begin for somebody whom others vouch for."""

    name: str
    role: Role
    via: Via
    opening: Opening


class Ending(NamedTuple):
    """A session to end at `now` (epoch ms)."""

    id: int
    now: int


class Moment(NamedTuple):
    """Now, and how long a session may go unused: epoch ms, and ms."""

    now: int
    idle_ms: int


# Whoever races for a link, only one finds it unused.
_REDEEM = """
    UPDATE login_links SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ? RETURNING name, role"""
_COLUMNS = ("id", "name", "role", "via", "user_agent", "created_at", "expires_at", "last_used_at")
_SELECT = f"""
    SELECT {", ".join(_COLUMNS)} FROM dashboard_sessions
    WHERE ended_at IS NULL AND expires_at > ? AND last_used_at > ?"""
_END = f"""
    UPDATE dashboard_sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL AND expires_at > ?
    RETURNING {", ".join(_COLUMNS)}"""
_USED = "UPDATE dashboard_sessions SET last_used_at = ? WHERE id = ? AND last_used_at <= ?"
_TABLES = (LoginLink._meta.table_name, DashboardSession._meta.table_name)


def link(database: peewee.Database, wanted: Sequence[NewLink]) -> list[None]:
    """Store links, as a writer's job."""
    for new in wanted:
        row = {"hash": new.hash, "name": new.name, "role": new.role, "created_at": new.now}
        LoginLink.insert({**row, "expires_at": new.expires_at}).execute(database)
    return [None] * len(wanted)


def redeem(database: peewee.Database, wanted: Sequence[Redemption]) -> list[answers.Session | SignInRefused]:
    """Redeem links, as a writer's job. One that is not there, was used or has expired is refused."""
    done: dict[int, answers.Session | SignInRefused] = {}
    # Always in the same order, so that two processes cannot deadlock.
    for place in sorted(range(len(wanted)), key=lambda place: wanted[place].token_hash):
        done[place] = _redeem(database, wanted[place])
    return [done[place] for place in range(len(wanted))]


def _redeem(database: peewee.Database, asked: Redemption) -> answers.Session | SignInRefused:
    now = asked.opening.now
    row = run(database, _REDEEM, now, asked.token_hash, now).fetchone()
    if row is None:
        return SignInRefused()
    name, role = row
    return _begin(database, Beginning(name, Role(role), "link", asked.opening))


def begin(database: peewee.Database, wanted: Sequence[Beginning]) -> list[answers.Session]:
    """Begin sessions, as a writer's job."""
    return [_begin(database, new) for new in wanted]


def _begin(database: peewee.Database, new: Beginning) -> answers.Session:
    hash_, user_agent, now, expires_at = new.opening
    row = {
        "name": new.name,
        "role": new.role,
        "via": new.via,
        "user_agent": user_agent,
        "created_at": now,
        "expires_at": expires_at,
        "last_used_at": now,
    }
    id_ = DashboardSession.insert({**row, "hash": hash_}).execute(database)
    return _answer([id_, *row.values()])


def end(database: peewee.Database, wanted: Sequence[Ending]) -> list[answers.Session | None]:
    """End sessions whose people sign out, as a writer's job. None for one that had ended before."""
    return [_end(database, one) for one in wanted]


def revoke(database: peewee.Database, wanted: Sequence[Ending]) -> list[answers.Session | NotFound]:
    """End sessions of others, as a writer's job. NotFound for one that had ended before."""
    return [_end(database, one) or NotFound("live session", one.id) for one in wanted]


def _end(database: peewee.Database, one: Ending) -> answers.Session | None:
    row = run(database, _END, one.now, one.id, one.now).fetchone()
    return None if row is None else _answer(row)


def used(database: peewee.Database, uses: Sequence[tuple[int, int]]) -> list[None]:
    """Note the use of sessions, as a writer's job: pairs of (id, epoch ms). Once a minute for each."""
    # Always in the same order, so that two processes cannot deadlock.
    for id_, moment in sorted(uses):
        run(database, _USED, moment, id_, moment - NOTED_EVERY_MS)
    return [None] * len(uses)


def live(moment: Moment) -> Callable[[peewee.Database], list[answers.Session]]:
    """Query: the sessions that have not ended, expired or gone unused for too long, in the order of their ids."""
    return lambda database: _found(database, "", moment)


def find(hash_: str, moment: Moment) -> Callable[[peewee.Database], answers.Session | None]:
    """Query: the live session with this hash."""
    return lambda database: next(iter(_found(database, " AND hash = ?", moment, hash_)), None)


def _found(database: peewee.Database, test: str, moment: Moment, *values: str) -> list[answers.Session]:
    # Its last use may be later than what was noted of it.
    unused_since = moment.now - moment.idle_ms - NOTED_EVERY_MS
    rows = fetch(database, f"{_SELECT}{test} ORDER BY id", _COLUMNS, moment.now, unused_since, *values)
    return [_answer(row) for row in rows]


def forget(database: peewee.Database, passes: Sequence[tuple[int, int]]) -> list[int]:
    """Delete up to `limit` links and as many sessions that have expired at `now` (epoch ms), as a writer's job.

    Returns their numbers.
    """
    return [sum(_forget(database, table, now, limit) for table in _TABLES) for now, limit in passes]


def _forget(database: peewee.Database, table: str, now: int, limit: int) -> int:
    expired = f"SELECT id FROM {table} WHERE expires_at <= ? LIMIT ?"
    return int(run(database, f"DELETE FROM {table} WHERE id IN ({expired})", now, limit).rowcount)


def any_expired(now: int) -> Callable[[peewee.Database], bool]:
    """Query: has any link or session expired at `now` (epoch ms)?"""
    either = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE expires_at <= ?" for table in _TABLES)
    return lambda database: run(database, f"{either} LIMIT 1", now, now).fetchone() is not None


def _answer(row: Sequence[Any]) -> answers.Session:
    facts = dict(zip(_COLUMNS, row, strict=True))
    moments = {name: to_datetime(facts.pop(name)) for name in ("created_at", "expires_at", "last_used_at")}
    return answers.Session(**facts, **moments)
