"""The provider of the channel `apprise`, against a real server through its `json://` service."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from pydantic import SecretStr

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.providers.apprise_channel import AppriseSettings, plugin
from notifyhub.providers.apprise_provider import AppriseProvider, service_of
from notifyhub.testing.conformance import PATIENT_S, ProviderConformance
from notifyhub.testing.scripted_server import Act, ScriptedServer, Seen, answer, hung_up, silent


def provider_of(url: str, **given: int) -> AppriseProvider:
    assert plugin is not None
    return plugin.make(AppriseSettings(targets={"ops": SecretStr(url)}, **given))  # type: ignore[arg-type]


def json_url(url: str, rest: str = "/") -> str:
    return url.replace("http://", "json://") + rest


class TestApprise(ProviderConformance):
    address = "ops"
    accepted = (200, {"id": "7"})
    refused = (400, {"error": "no such room"})
    misconfigured = (401, {"error": "who are you?"})

    def make(self, url: str) -> AppriseProvider:
        return provider_of(url.replace("http://", f"json://user:{self.token}@") + f"/{self.token}")

    def test_a_wait_that_is_asked_for_is_kept(self) -> None:
        """Apprise does not tell of one: too fast means another try a second later."""
        outcome, _ = self._sent(answer(429, b"slow down", Retry_After="33"))
        assert isinstance(outcome, TemporaryFailure)
        assert (outcome.reason, outcome.retry_after_s) == ("rate_limited", 1)


async def sent_by(provider: AppriseProvider, timeout_s: float = PATIENT_S, **options: str) -> Outcome:
    try:
        return await provider.send(Envelope("ops", "Привет 😀\n<b>", "0198c0de-42", timeout_s, options))
    finally:
        await provider.aclose()


def sent(act: Act, rest: str = "/", timeout_s: float = PATIENT_S, **options: str) -> tuple[Outcome, list[Seen]]:
    async def story() -> tuple[Outcome, list[Seen]]:
        async with ScriptedServer(act) as server:
            provider = provider_of(json_url(server.url, rest))
            return await sent_by(provider, timeout_s, **options), server.seen

    return asyncio.run(story())


def test_the_text_goes_out_as_it_is() -> None:
    outcome, [seen] = sent(answer(200, {}))

    assert outcome == Sent(None, "accepted", "")
    assert (seen.json["message"], seen.json["title"], seen.json["type"]) == ("Привет 😀\n<b>", "", "info")


def test_title_and_type_go_with_it() -> None:
    _, [seen] = sent(answer(200, {}), title="Disk", type="failure")
    assert (seen.json["title"], seen.json["type"]) == ("Disk", "failure")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_target_that_is_set_up_wrongly_is_named(status: int) -> None:
    outcome, _ = sent(answer(status, {}))
    assert isinstance(outcome, Misconfigured)
    assert (outcome.code, outcome.mend) == (str(status), "ops in NOTIFYHUB_APPRISE_TARGETS")


def test_a_refusal_keeps_what_the_service_complained_of() -> None:
    outcome, _ = sent(answer(400, {}))
    assert isinstance(outcome, PermanentFailure)
    assert "error=400" in outcome.detail


def test_a_url_can_have_no_retries_and_can_hide_no_failure() -> None:
    outcome, seen = sent(answer(500, {}), rest="/?retry=3&optional=yes")
    assert isinstance(outcome, TemporaryFailure)
    assert len(seen) == 1


def test_a_timeout_in_a_url_gives_way_to_that_of_the_call() -> None:
    outcome, _ = sent(silent, rest="/?rto=600", timeout_s=0.3)

    assert isinstance(outcome, Unconfirmed)
    assert outcome.code == "timeout"
    for thread in threading.enumerate():
        if thread.name.startswith("apprise"):
            thread.join(PATIENT_S)
            assert not thread.is_alive()


class Held:
    """An act that answers when it is let go; it shares the event loop with whoever calls."""

    def __init__(self) -> None:
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        self.begun.set()
        await self.let_go.wait()
        await answer(200, {})(writer)


def test_what_found_no_free_thread_was_never_sent() -> None:
    async def story() -> tuple[list[Outcome], int]:
        held = Held()
        async with ScriptedServer(held) as server:
            provider = provider_of(json_url(server.url), concurrency=1)
            first = asyncio.create_task(sent_by(provider))
            await held.begun.wait()
            second = await provider.send(Envelope("ops", "Hello", "0198c0de-43", 0.1))
            held.let_go.set()
            return [await first, second], len(server.seen)

    outcomes, seen = asyncio.run(story())

    assert outcomes == [Sent(None, "accepted", ""), TemporaryFailure("unreachable", "not_connected")]
    assert seen == 1


def test_the_event_loop_goes_on_during_a_call() -> None:
    async def story() -> Outcome:
        held = Held()
        async with ScriptedServer(held) as server:
            call = asyncio.create_task(sent_by(provider_of(json_url(server.url))))
            await held.begun.wait()  # A call that held the loop could never be answered.
            held.let_go.set()
            return await call

    assert isinstance(asyncio.run(story()), Sent)


def test_a_target_that_is_gone_blames_no_message() -> None:
    async def story() -> Outcome:
        provider = provider_of("json://127.0.0.1:9/")
        return await provider.send(Envelope("mail", "Hello", "0198c0de-42", PATIENT_S))

    outcome = asyncio.run(story())

    assert isinstance(outcome, Misconfigured)
    assert outcome.mend == "mail in NOTIFYHUB_APPRISE_TARGETS, where it is missing"


@pytest.mark.parametrize("act", [hung_up, answer(500, {})])
def test_nothing_of_a_url_reaches_the_log(act: Act, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent(act, rest="/very-secret?+X-Key=most-secret")
    assert "secret" not in caplog.text


@pytest.mark.parametrize("url", ["slack://very-secret", "nothing://very-secret", "very-secret", ""])
def test_what_apprise_does_not_know_is_refused_without_being_quoted(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match=r"^is not a URL that apprise knows$"):
        service_of(url)
    assert "secret" not in caplog.text


def test_a_target_is_one_place() -> None:
    with pytest.raises(ValueError, match=r"^leads to several places"):
        service_of("mailto://user:password@mail.example/one@mail.example/two@mail.example")


def test_its_addresses_are_names_and_no_urls() -> None:
    assert plugin is not None
    assert plugin.address(" ops ") == "ops"
    with pytest.raises(ValueError, match="not a URL"):
        plugin.address("json://127.0.0.1/")
    with pytest.raises(ValueError, match="name of a target"):
        plugin.address("a b")
