"""Conformance tests for your own providers. They need pytest and a local port, but not the messenger.

from notifyhub.testing.conformance import ProviderConformance

class TestMine(ProviderConformance):
    address = "79201234567"
    accepted = (200, {"id": "7"})
    refused = (400, {"error": "no such number"})

    def make(self, url):
        return MyProvider(MySettings(base_url=url, token=self.token))
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, ClassVar

import pytest

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.providers.base import Provider
from notifyhub.testing.scripted_server import Act, ScriptedServer, Seen, answer, half, hung_up, silent

PATIENT_S = 20.0
NEVER = (599, b"")


class ProviderConformance:
    """Subclass it in a test module, as a class whose name begins with Test.

    address        an address in canonical form
    accepted       status and body with which the messenger accepts a message; bytes, or anything else as JSON
    refused        status and body with which it refuses a message for good
    misconfigured  status and body with which it refuses our account; None: it has no such answer
    token          the credential for `make`; must not appear in anything that is stored
    """

    address: ClassVar[str]
    accepted: ClassVar[tuple[int, Any]]
    refused: ClassVar[tuple[int, Any]]
    misconfigured: ClassVar[tuple[int, Any] | None] = None
    token: ClassVar[str] = "secret-token-of-the-exam"  # noqa: S105 (not one)

    def make(self, url: str) -> Provider:
        """The provider, which calls `url` instead of the messenger."""
        raise NotImplementedError

    def test_an_accepted_message_is_sent(self) -> None:
        outcome, seen = self._sent(answer(*self.accepted))
        assert isinstance(outcome, Sent)
        assert len(seen) == 1

    def test_a_refused_message_fails_for_good_with_a_reason(self) -> None:
        outcome, _ = self._sent(answer(*self.refused))
        assert isinstance(outcome, PermanentFailure)
        assert outcome.reason

    def test_a_refused_account_blames_no_message(self) -> None:
        if self.misconfigured is None:
            pytest.skip("this messenger has no such answer")
        outcome, _ = self._sent(answer(*self.misconfigured))
        assert isinstance(outcome, Misconfigured)
        assert outcome.mend

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_trouble_on_the_messengers_side_is_temporary(self, status: int) -> None:
        outcome, _ = self._sent(answer(status, b"<html>trouble</html>"))
        assert isinstance(outcome, TemporaryFailure)

    def test_a_wait_that_is_asked_for_is_kept(self) -> None:
        outcome, _ = self._sent(answer(429, b"slow down", Retry_After="33"))
        assert isinstance(outcome, TemporaryFailure)
        assert outcome.retry_after_s == 33

    @pytest.mark.parametrize("act", [hung_up, half], ids=["hung up", "cut"])
    def test_a_lost_answer_leaves_the_end_unknown(self, act: Act) -> None:
        outcome, _ = self._sent(act)
        assert isinstance(outcome, Unconfirmed)

    def test_silence_ends_in_time_and_leaves_the_end_unknown(self) -> None:
        outcome, _ = self._sent(silent, timeout_s=0.3)
        assert isinstance(outcome, Unconfirmed)

    def test_a_refused_connection_is_temporary(self) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            outcome = asyncio.run(self._send(f"http://127.0.0.1:{held.getsockname()[1]}", PATIENT_S))
        assert isinstance(outcome, TemporaryFailure)

    @pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"<html>OK</html>", b"\xff\x00"])
    @pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 429, 500])
    def test_any_answer_is_some_outcome(self, status: int, body: bytes) -> None:
        outcome, _ = self._sent(answer(status, body))
        assert isinstance(outcome, Outcome)

    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_the_token_is_in_nothing_that_is_kept(self, status: int) -> None:
        outcome, _ = self._sent(answer(status, f"you said {self.token}".encode()))
        assert self.token not in outcome.detail

    def test_every_attempt_is_the_same_request(self) -> None:
        (_, first), (_, second) = self._sent(answer(*NEVER)), self._sent(answer(*NEVER))
        assert [(one.line, one.body) for one in first] == [(one.line, one.body) for one in second]

    def _sent(self, act: Act, timeout_s: float = PATIENT_S) -> tuple[Outcome, list[Seen]]:
        async def run() -> tuple[Outcome, list[Seen]]:
            async with ScriptedServer(act) as server:
                return await self._send(server.url, timeout_s), server.seen

        return asyncio.run(run())

    async def _send(self, url: str, timeout_s: float) -> Outcome:
        provider = self.make(url)
        try:
            return await provider.send(Envelope(self.address, "hi 😀", "0198c0de-42", timeout_s))
        finally:
            await provider.aclose()
