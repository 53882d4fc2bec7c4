"""Forwarding: what people write is posted to the operator's URL, at least once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from notifyhub import logs
from notifyhub.clock import now_ms
from notifyhub.domain import signing
from notifyhub.store import inbound_posts
from notifyhub.store.database import Database
from notifyhub.store.inbound_posts import Later, Take, Taken

if TYPE_CHECKING:
    import httpx

MOST_AT_ONCE = 20
TIMEOUT_S = 5.0
LEASE_MS = 300_000
"""Longer than that many posts can take."""
FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 600_000
GIVEN_UP_AFTER_MS = 86_400_000

_log = logs.logger(__name__)


class Forwarder:
    """Makes the posts to one URL, in the order in which people wrote.

    secret  signs the posts (standardwebhooks.com); None: they are not signed
    """

    def __init__(self, database: Database, url: str, secret: str | None) -> None:
        self._database = database
        self._url = url
        self._keys = () if secret is None else (signing.key_of(secret),)
        self._failing = False

    def sweep(self) -> None:
        """Post what is due, until nothing is or the URL takes nothing. Blocks."""
        if not self._database.read(inbound_posts.any_due(now_ms())).result():
            return
        import httpx

        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            while self._post_some(http):
                pass

    def _post_some(self, http: httpx.Client) -> bool:
        """Post some. Is there more, that may be posted now?"""
        now = now_ms()
        taken = self._database.write(inbound_posts.take, Take(now, MOST_AT_ONCE, now + LEASE_MS)).result()
        made: list[int] = []
        later: list[Later] = []
        for number, post in enumerate(taken):
            status = self._post(http, post)
            if 200 <= status < 300:
                made.append(post.id)
                continue
            due_at = now_ms() + pause_ms(post.tries)
            if now_ms() >= post.created_at + GIVEN_UP_AFTER_MS:
                _log.error("inbound message %d is given up: its URL has not taken it for a day", post.id)
                made.append(post.id)
            else:
                later.append(Later(post.id, due_at, post.tries))
            if not 400 <= status < 500:
                # It takes nothing now, so the others need not find that out.
                later += [Later(other.id, due_at, other.tries - 1) for other in taken[number + 1 :]]
                break
        self._tell(later)
        self._write(made, later)
        return len(taken) == MOST_AT_ONCE and not later

    def _post(self, http: httpx.Client, post: Taken) -> int:
        """The status of the answer; 0 if there is none."""
        import httpx

        body = post.body.encode()
        try:
            status: int = http.post(self._url, content=body, headers=self._headers(post, body)).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0
        return status

    def _headers(self, post: Taken, body: bytes) -> Mapping[str, str]:
        return signing.headers(f"inbound_{post.id}", now_ms() // 1000, body, self._keys)

    def _write(self, made: Sequence[int], later: Sequence[Later]) -> None:
        if made:
            self._database.write(inbound_posts.drop, made).result()
        if later:
            self._database.write(inbound_posts.put_off, later).result()

    def _tell(self, later: Sequence[Later]) -> None:
        """Log once when it begins to fail, and once when it works again."""
        if later and not self._failing:
            _log.warning("the URL of inbound messages does not take them; they are kept for a day and posted again")
        elif self._failing and not later:
            _log.info("the URL of inbound messages takes them again")
        self._failing = bool(later)


def pause_ms(tries: int) -> int:
    """The pause after so many tries."""
    return min(FIRST_PAUSE_MS << min(tries - 1, 20), LONGEST_PAUSE_MS)
