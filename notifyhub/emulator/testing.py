"""The emulator for tests: started in this process, used without HTTP."""

from __future__ import annotations

import http.client
import secrets
import ssl
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, Unpack
from urllib.parse import quote

import orjson

from notifyhub.emulator import main
from notifyhub.emulator.app import Emulator
from notifyhub.emulator.faults import FaultSettings, Rule
from notifyhub.emulator.journal.filters import Wanted
from notifyhub.emulator.journal.journal import Journal

PATIENCE_S = 10.0
JOURNAL_CAP = 100_000


class Inbox:
    """What was sent with one token, or (None) with any. Entries are those of `GET /journal`."""

    def __init__(self, journal: Journal, token: str | None = None) -> None:
        self._journal = journal
        self._token = token

    def journal(self, **wanted: Unpack[Wanted]) -> list[dict[str, Any]]:
        """The entries so far, oldest first."""
        return self._journal.entries(**self._narrowed(wanted))

    def wait_for(
        self, count: int = 1, *, timeout_s: float = PATIENCE_S, **wanted: Unpack[Wanted]
    ) -> list[dict[str, Any]]:
        """Wait until there are at least `count` entries, and return them. Raises TimeoutError."""
        return self._journal.wait_for(count, timeout_s=timeout_s, **self._narrowed(wanted))

    def assert_no_duplicates(self, **wanted: Unpack[Wanted]) -> None:
        """Raises AssertionError if somebody got the same text twice."""
        self._journal.assert_no_duplicates(**self._narrowed(wanted))

    def assert_nothing_sent(self, **wanted: Unpack[Wanted]) -> None:
        """Raises AssertionError if anything has arrived, accepted or not."""
        found = self.journal(**wanted)
        assert not found, f"{len(found)} sends arrived; the first is {found[0]}"

    def _narrowed(self, wanted: Wanted) -> Wanted:
        return wanted if self._token is None else {"token": self._token, **wanted}


class LocalEmulator(Inbox):
    """`with LocalEmulator() as emulator`: the emulator on a free local port, with its journal in memory.

    url        its URL, until the end of `with`; the messengers are below it, such as `/telegram`
    smtp_port  the port for mail, on 127.0.0.1; with `smtp_tls` clients may use STARTTLS
    token      a token that nobody else uses, valid for all messengers, and for mail as the password: `inbox()` shows
               what was sent with it
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        hang_s: float = 30.0,
        journal_cap: int = JOURNAL_CAP,
        smtp_tls: ssl.SSLContext | None = None,
    ) -> None:
        self.emulator = Emulator(seed=seed, hang_s=hang_s, journal_cap=journal_cap, smtp_tls=smtp_tls)
        super().__init__(self.emulator.journal)
        self._open = ExitStack()
        self.url = ""
        self.smtp_port = 0
        self.token = new_token()

    def __enter__(self) -> Self:
        self.url = self._open.enter_context(main.in_thread(self.emulator, smtp_port=0))
        assert self.emulator.door.address is not None
        self.smtp_port = self.emulator.door.address[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    def inbox(self, token: str | None = None) -> Inbox:
        """What was sent with one token; None: the token of this test."""
        return Inbox(self.emulator.journal, token or self.token)

    def faults(self, **settings: Any) -> None:
        """Replace all faults by these, in the form of `PUT /faults`. Raises ValueError for an invalid one."""
        self.emulator.faults.replace(FaultSettings.model_validate(settings))

    def rule(self, **rule: Any) -> None:
        """Add one rule before the others, in the form of `POST /faults/rules`."""
        self.emulator.faults.add(Rule.model_validate(rule))

    def script(self, channel: str, address: str, *answers: object) -> None:
        """Answer the next sends to this address with these, then as usual. Removes all other faults."""
        self.faults(scripts=[{"channel": channel, "address": address, "answers": list(answers)}])

    def person(self, channel: str, address: str, **deed: Any) -> dict[str, Any]:
        """Let the person do something, such as `text="hello"`: like `POST /people/{channel}/{address}/messages`.

        Returns the update. Raises ValueError if it reaches no bot.
        """
        return self._post(f"/people/{channel}/{quote(address)}/messages", deed)

    def reset(self) -> None:
        """Start again: an empty journal, no faults, a new token."""
        self._post("/reset", {})
        self.token = new_token()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        # Over HTTP, because the state belongs to the server's thread.
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE_S)
        try:
            connection.request("POST", path, orjson.dumps(body))
            answer = connection.getresponse()
            told: dict[str, Any] = orjson.loads(answer.read() or b"{}")
        finally:
            connection.close()
        if answer.status >= 400:
            raise ValueError(told.get("errors") or told)
        return told


def new_token() -> str:
    """A token in the form of a Telegram bot's, which all messengers accept."""
    return f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
