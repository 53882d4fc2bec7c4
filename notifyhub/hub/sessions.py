"""Sessions of the dashboard."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.domain.roles import Role
from notifyhub.errors import SignInRefused
from notifyhub.hub.wiring import Wiring
from notifyhub.logs import story
from notifyhub.requests import as_row_id
from notifyhub.requests.keys import LONGEST_NAME
from notifyhub.requests.sessions import link_request
from notifyhub.store import sessions
from notifyhub.store.keys import hash_key
from notifyhub.verbs import SessionVerbs

LONGEST_USER_AGENT = 200
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class NewSession(NamedTuple):
    """A session that has begun, and the secret for its cookie, which is not stored."""

    secret: str
    session: answers.Session


class HubSessions(SessionVerbs):
    """The sessions in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._settings = wiring.settings.dashboard

    async def link_as(self, asked: bytes | Mapping[str, Any]) -> answers.LoginLink:
        request = link_request(asked)
        token, now, role = _secret(), now_ms(), Role(request.role)
        expires_at = now + (request.valid_s or self._settings.link_s) * 1000
        await self._wiring.written(
            sessions.link, sessions.NewLink(hash_key(token), request.name, role, now, expires_at)
        )
        return answers.LoginLink(
            token=token,
            url=f"{self._wiring.settings.dashboard_url}/signin?{urlencode({'token': token})}",
            role=role,
            name=request.name,
            expires_at=to_datetime(expires_at),
        )

    async def redeem(self, token: str, user_agent: str) -> NewSession:
        """Use a link, by its token: a session begins. Of all who try, one succeeds.

        Raises SignInRefused, which does not tell whether there was such a link.
        """
        secret = _secret()
        try:
            return NewSession(secret, await self._redeemed(token, self._opening(secret, user_agent)))
        except SignInRefused:
            story.tell("sign_in.failed", "warning", **story.asked(), via="link")
            raise

    async def begin(self, name: str, role: Role, via: sessions.Via, user_agent: str) -> NewSession:
        """Begin a session for somebody whom others vouch for; `name` is cut to 255 printable characters."""
        secret = _secret()
        beginning = sessions.Beginning(_shown(name, LONGEST_NAME), role, via, self._opening(secret, user_agent))
        return NewSession(secret, await self._wiring.written(sessions.begin, beginning))

    async def find(self, secret: str, *, noted: bool = True) -> answers.Session | None:
        """The live session with this secret. Once a minute its use is noted, if asked for; nobody waits for that."""
        if not _SECRET.fullmatch(secret):
            return None
        moment = self._moment()
        found = await self._wiring.asked(sessions.find(hash_key(secret), moment))
        if noted and found is not None and to_ms(found.last_used_at) <= moment.now - sessions.NOTED_EVERY_MS:
            self._wiring.database.write(sessions.used, (found.id, moment.now))
        return found

    async def end(self, id_: int) -> None:
        """Somebody signs out. That a session has ended already is no error."""
        await self._wiring.written(sessions.end, sessions.Ending(id_, now_ms()))

    async def revoke(self, id_: int | str) -> answers.Session:
        number = as_row_id("live session", id_)
        return await self._wiring.written(sessions.revoke, sessions.Ending(number, now_ms()))

    async def list(self) -> list[answers.Session]:
        return await self._wiring.asked(sessions.live(self._moment()))

    async def _redeemed(self, token: str, opening: sessions.Opening) -> answers.Session:
        # What cannot be a token costs no transaction.
        if not _SECRET.fullmatch(token):
            raise SignInRefused
        return await self._wiring.written(sessions.redeem, sessions.Redemption(hash_key(token), opening))

    def _opening(self, secret: str, user_agent: str) -> sessions.Opening:
        now = now_ms()
        ends = now + self._settings.session_s * 1000
        return sessions.Opening(hash_key(secret), _shown(user_agent, LONGEST_USER_AGENT), now, ends)

    def _moment(self) -> sessions.Moment:
        return sessions.Moment(now_ms(), self._settings.idle_s * 1000)


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _shown(text: str, most: int) -> str:
    """What others sent, in a form that can be stored and shown."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:most])
