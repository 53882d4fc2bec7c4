"""The doors for those who call: their API keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.errors import NotFound
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import KeyRequest, as_row_id, key_request
from notifyhub.store import keys


class Consumers(Wiring):
    """Who may call."""

    def create_key(
        self,
        name: str,
        scopes: Sequence[str] = ("admin",),
        *,
        expires_at: datetime | str | None = None,
        rate_limit: int | None = None,
    ) -> answers.Key:
        """Make an API key. The answer holds the key itself, which is kept nowhere.

        expires_at  it does not count from this moment on: an aware datetime or ISO 8601 text with an offset
        rate_limit  requests a minute; None leaves it to the setting

        Raises InvalidRequest with everything that is wrong.
        """
        given = {"name": name, "scopes": list(scopes), "expires_at": expires_at, "rate_limit": rate_limit}
        return self.make_key(given)

    def make_key(self, asked: bytes | Mapping[str, object]) -> answers.Key:
        """`create_key` for a request as JSON text, or as its members. Raises InvalidRequest."""
        now = now_ms()
        request = key_request(asked, now=to_datetime(now))
        self.open()
        return self._database.write(keys.create, _new(request, now)).result()

    def keys(self) -> list[answers.Key]:
        """Every API key, revoked ones too, without the keys themselves."""
        return self.ask(keys.every).result()

    def key(self, id_: int) -> answers.Key:
        """An API key, without the key itself. Raises NotFound."""
        return self.ask(keys.one(as_row_id("key", id_))).result()

    def revoke_key(self, id_: int) -> answers.Key:
        """Revoke an API key; every process refuses it from the moment that this returns.

        Raises NotFound when there is none, or it is revoked already.
        """
        self.open()
        number = as_row_id("live key", id_)
        if not self._database.write(keys.revoke, (number, now_ms())).result():
            raise NotFound("live key", id_)
        return self.key(number)


def _new(request: KeyRequest, now: int) -> keys.NewKey:
    expires_at = None if request.expires_at is None else to_ms(request.expires_at)
    # Named twice is held once.
    scopes = tuple(dict.fromkeys(request.scopes))
    return keys.NewKey(request.name, scopes, now, expires_at, request.rate_limit)
