"""The doors for those who call: their API keys."""

from __future__ import annotations

from collections.abc import Sequence

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.errors import NotFound
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import as_row_id, check_key
from notifyhub.store import keys


class Consumers(Wiring):
    """Who may call."""

    def create_key(self, name: str, scopes: Sequence[str] = ("admin",)) -> answers.Key:
        """Make an API key. The answer holds the key itself, which is kept nowhere.

        Raises InvalidRequest for an empty name and for scopes that there are not.
        """
        check_key(name, scopes)
        self.open()
        return self._database.write(keys.create, keys.NewKey(name, tuple(scopes), now_ms())).result()

    def keys(self) -> list[answers.Key]:
        """Every API key, without the keys themselves."""
        return self.ask(keys.every).result()

    def revoke_key(self, id_: int) -> None:
        """Revoke an API key. Raises NotFound when there is none, or it is revoked already."""
        self.open()
        if not self._database.write(keys.revoke, (as_row_id("live key", id_), now_ms())).result():
            raise NotFound("live key", id_)
