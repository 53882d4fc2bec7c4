"""Equal content goes to many on Viber in one call, and each gets an outcome of its own."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from provider_cases import POLICY, TOKEN

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.rates import Rate
from notifyhub.providers.aiohttp_transport import AiohttpTransport
from notifyhub.providers.registry import make_providers
from notifyhub.providers.viber_broadcast import BroadcastingViberProvider
from notifyhub.settings import load
from notifyhub.testing.scripted_server import Act, ScriptedServer, Seen, answer, hung_up

ACCEPTED = {"status": 0, "status_message": "ok", "message_token": 40808912438712}
ALL = [f"{n:011d}A=" for n in range(700)]


def sent(envelopes: list[Envelope], *acts: Act, limit: Rate | None = None) -> tuple[list[Outcome], list[Seen]]:
    async def run() -> tuple[list[Outcome], list[Seen]]:
        async with ScriptedServer(*acts) as server:
            provider = BroadcastingViberProvider(
                AiohttpTransport(8), POLICY, base_url=server.url, token=TOKEN, sender_name="Hub", limit=limit
            )
            try:
                return list(await asyncio.gather(*map(provider.send, envelopes))), server.seen
            finally:
                await provider.aclose()

    return asyncio.run(run())


def to(*addresses: str, text: str = "hi", options: dict[str, Any] | None = None) -> list[Envelope]:
    return [Envelope(address, text, f"0198c0de-{n}", 20, options or {}) for n, address in enumerate(addresses)]


def paths(seen: list[Seen]) -> list[str]:
    return sorted(request.line.split()[1] for request in seen)


def test_equal_content_goes_out_in_one_call() -> None:
    outcomes, seen = sent(to(*ALL[:3]), answer(200, ACCEPTED))
    assert [request.json for request in seen] == [
        {
            "broadcast_list": ALL[:3],
            "type": "text",
            "sender": {"name": "Hub"},
            "text": "hi",
            "tracking_data": "0198c0de",
            "min_api_version": 1,
        }
    ]
    assert paths(seen) == ["/pa/broadcast_message"]
    assert {outcome.messenger_id for outcome in outcomes if isinstance(outcome, Sent)} == {"40808912438712"}


def test_those_who_do_not_get_it_fail_by_their_own_status() -> None:
    failed = [
        {"receiver": ALL[1], "status": 6, "status_message": "Not subscribed"},
        {"receiver": ALL[2], "status": 12, "status_message": "tooManyRequests"},
    ]
    outcomes, _ = sent(to(*ALL[:3]), answer(200, {**ACCEPTED, "failed_list": failed}))
    assert isinstance(outcomes[0], Sent)
    assert isinstance(outcomes[1], PermanentFailure)
    assert outcomes[1].reason == "not_subscribed"
    assert isinstance(outcomes[2], TemporaryFailure)


@pytest.mark.parametrize("listed", [None, "x", [7], [{"receiver": 7}], [{}]])
def test_a_list_of_failures_that_is_none_fails_nobody(listed: Any) -> None:
    outcomes, _ = sent(to(*ALL[:2]), answer(200, {**ACCEPTED, "failed_list": listed}))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)


def test_a_lost_answer_is_unknown_for_all_of_them() -> None:
    outcomes, _ = sent(to(*ALL[:3]), hung_up)
    assert all(isinstance(outcome, Unconfirmed) for outcome in outcomes)


def test_a_wrong_token_is_wrong_for_all_of_them() -> None:
    outcomes, _ = sent(to(*ALL[:3]), answer(200, {"status": 2, "status_message": "invalidAuthToken"}))
    assert all(isinstance(outcome, Misconfigured) for outcome in outcomes)


def test_a_broadcast_that_failed_is_tried_again_for_all() -> None:
    outcomes, _ = sent(to(*ALL[:2]), answer(200, {"status": 19, "status_message": "cannotSendBroadcast"}))
    assert all(isinstance(outcome, TemporaryFailure) for outcome in outcomes)


def test_other_content_goes_out_alone() -> None:
    _, seen = sent([*to(ALL[0]), *to(ALL[1], text="other")], answer(200, ACCEPTED))
    assert paths(seen) == ["/pa/send_message"] * 2


def test_other_options_are_other_content() -> None:
    _, seen = sent([*to(ALL[0]), *to(ALL[1], options={"sender_name": "Shop"})], answer(200, ACCEPTED))
    assert paths(seen) == ["/pa/send_message"] * 2


def test_the_same_person_is_never_twice_in_a_list() -> None:
    _, seen = sent(to(ALL[0], ALL[0], ALL[1]), answer(200, ACCEPTED))
    assert paths(seen) == ["/pa/broadcast_message", "/pa/send_message"]


def test_words_that_viber_would_replace_go_out_alone() -> None:
    _, seen = sent(to(*ALL[:2], text="replace_me_with_user_name"), answer(200, ACCEPTED))
    assert paths(seen) == ["/pa/send_message"] * 2


def test_no_call_has_more_than_300_receivers() -> None:
    _, seen = sent(to(*ALL), answer(200, ACCEPTED))
    lists = [request.json["broadcast_list"] for request in seen]
    assert max(map(len, lists)) <= 300
    assert sorted(address for one in lists for address in one) == ALL


def test_no_call_is_larger_than_viber_takes() -> None:
    _, seen = sent(to(*ALL[:300], text="x" * 28_000), answer(200, ACCEPTED))
    assert max(len(request.body) for request in seen) <= 30_000


def test_an_account_that_may_not_broadcast_sends_one_by_one_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    refused = answer(200, {"status": 20, "status_message": "broadcastNotAllowed"})
    outcomes, seen = sent(to(*ALL[:3]), refused, answer(200, ACCEPTED))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert paths(seen) == ["/pa/broadcast_message"] + ["/pa/send_message"] * 3
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


@pytest.mark.parametrize(("broadcast", "kind"), [(True, True), (False, False)])
def test_the_setting_decides(broadcast: bool, kind: bool) -> None:
    async def run() -> None:
        async with ScriptedServer(answer(200, ACCEPTED)) as server:
            own = {"base_url": server.url, "token": TOKEN, "broadcast": broadcast}
            providers = make_providers(load(http_client="aiohttp", viber=own))
            await asyncio.gather(*map(providers["viber"].send, to(*ALL[:2])))
            for provider in providers.values():
                await provider.aclose()
            assert ("/pa/broadcast_message" in paths(server.seen)) == kind

    asyncio.run(run())


def test_while_no_broadcast_may_be_made_more_is_collected_for_the_next() -> None:
    """The second one may be made after half a second, and until then everybody else has joined it."""

    async def run() -> list[Seen]:
        async with ScriptedServer(answer(200, ACCEPTED)) as server:
            provider = BroadcastingViberProvider(
                AiohttpTransport(8),
                POLICY,
                base_url=server.url,
                token=TOKEN,
                sender_name="Hub",
                limit=Rate(2, 1),
            )
            first = [asyncio.create_task(provider.send(one)) for one in to(*ALL[:2])]
            await asyncio.gather(*first)
            late = []
            for one in to(*ALL[2:8]):
                late.append(asyncio.create_task(provider.send(one)))
                await asyncio.sleep(0.02)
            await asyncio.gather(*late)
            await provider.aclose()
            return server.seen

    seen = asyncio.run(run())

    assert [request.json["broadcast_list"] for request in seen] == [ALL[:2], ALL[2:8]]


def test_where_a_broadcast_would_have_to_wait_for_long_single_messages_are_sent() -> None:
    outcomes, seen = sent(
        [*to(*ALL[:2], text="one"), *to(*ALL[:2], text="two"), *to(*ALL[:2], text="three")],
        answer(200, ACCEPTED),
        limit=Rate(1, 3),
    )

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert paths(seen) == ["/pa/broadcast_message", *["/pa/send_message"] * 4]
