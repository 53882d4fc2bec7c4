"""Each metric of the road moves when what it counts happens, over the wire, on each store."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import Response

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.domain.failures import IN_A_ROW
from notifyhub.flow import sweep
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.emulator.receiver import receiving
from tests.mailings.conftest import fill
from tests.metrics.conftest import Moved
from tests.metrics.scraping import of_hub, until

Begin = Callable[[Hub], Moved]
PERSON = {"telegram": "1067000"}
VIBER = "EGAZ3SZRi6zW1D0uNYhQHg=="
VIBER_TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
FAR = datetime.now(UTC) + timedelta(days=9)


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(database_url=database_url)


@pytest.fixture
def accepting(make_hub: HubMaker, database_url: str) -> Hub:
    """Delivers nothing."""
    return make_hub(worker=False, database_url=database_url)


def test_a_message_that_is_sent(hub: Hub, moved: Begin) -> None:
    has = moved(hub)

    hub.wait(hub.send("Hello", to=[PERSON, {"telegram": "42"}]), timeout_s=20)

    of_telegram = {"channel": "telegram"}
    has("notifyhub_deliveries_accepted_total", 2, channel="telegram", origin="message")
    has("notifyhub_deliveries_sent_total", 2, **of_telegram)
    has("notifyhub_attempts_total", 2, channel="telegram", outcome="sent", code="2xx")
    for name in ("send_duration", "lateness", "end_to_end_duration"):
        has(f"notifyhub_{name}_seconds_count", 2, **of_telegram)


def test_a_retry_is_an_attempt_and_not_a_failure(hub: Hub, emulator: RunningEmulator, moved: Begin) -> None:
    emulator.script("telegram", "1067000", "500")
    has = moved(hub)

    hub.wait(hub.send("Hello", to=PERSON), timeout_s=20)

    has("notifyhub_attempts_total", 1, channel="telegram", outcome="temporary_failure", code="5xx")
    has("notifyhub_deliveries_sent_total", 1, channel="telegram")
    has("notifyhub_deliveries_failed_total", 0, channel="telegram")


def test_the_end_to_end_time_has_the_retries_in_it(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1067000", "500", "500")
    before = of_hub(hub)
    hub.wait(hub.send("Hello", to=PERSON), timeout_s=20)
    until(lambda: of_hub(hub)("notifyhub_end_to_end_duration_seconds_count") > 0)
    now = of_hub(hub)

    def grown(name: str) -> float:
        return now(f"notifyhub_{name}_seconds_sum", channel="telegram") - before(
            f"notifyhub_{name}_seconds_sum", channel="telegram"
        )

    assert grown("end_to_end_duration") >= grown("send_duration") / 3


def test_a_failure_has_its_reason(hub: Hub, emulator: RunningEmulator, moved: Begin) -> None:
    emulator.script("telegram", "1067000", "blocked")
    has = moved(hub)

    hub.wait(hub.send("Hello", to=PERSON), timeout_s=20)
    hub.send("Once more, to an address that is known now", to=PERSON)

    has("notifyhub_deliveries_failed_total", 2, channel="telegram", reason="recipient_blocked")
    has("notifyhub_attempts_total", 1, channel="telegram", outcome="permanent_failure", code="4xx")


def test_a_recipient_who_has_it_already(accepting: Hub, moved: Begin) -> None:
    accepting.send("Hello", to=PERSON)
    has = moved(accepting)

    accepting.send("Hello", to=PERSON)

    has("notifyhub_duplicates_total", 1, channel="telegram")
    has("notifyhub_deliveries_accepted_total", 0, channel="telegram")


def test_what_is_cancelled_and_what_expires(accepting: Hub, moved: Begin) -> None:
    has = moved(accepting)

    accepting.cancel(accepting.send("Hello", to=PERSON, at=FAR).id)
    accepting.send("Hello", to=PERSON, expires_at=datetime.now(UTC) + timedelta(hours=1))
    sweep.expire(core_of(accepting).database, now_ms() + 2 * 3_600_000)

    has("notifyhub_deliveries_cancelled_total", 1, channel="telegram")
    has("notifyhub_deliveries_expired_total", 1, channel="telegram")


def test_an_attempt_that_nobody_knows_the_end_of(hub: Hub, emulator: RunningEmulator, moved: Begin) -> None:
    emulator.script("telegram", "1067000", "reset")
    has = moved(hub)

    hub.wait(hub.send("Hello", to=PERSON, on_unconfirmed="at_most_once"), timeout_s=20)

    has("notifyhub_deliveries_unconfirmed_total", 1, channel="telegram")
    has("notifyhub_attempts_total", 1, channel="telegram", outcome="unconfirmed", code="connection_lost")
    until(lambda: of_hub(hub)("notifyhub_deliveries", channel="telegram", status="unconfirmed") == 1)


def test_what_waits_for_a_limit_is_put_off(make_hub: HubMaker, database_url: str, moved: Begin) -> None:
    hub = make_hub(database_url=database_url, telegram={"rate": "1/h"}, limits="on")
    has = moved(hub)

    hub.send("Hello", to=PERSON)
    has("notifyhub_deliveries_sent_total", 1, channel="telegram")

    hub.send("Hello", to={"telegram": "42"})
    found = of_hub(hub)
    assert found("notifyhub_sender_limit_messages_per_second", channel="telegram") == pytest.approx(1 / 3600)
    assert not found.has("notifyhub_sender_limit_messages_per_second", channel="gateway")


def test_an_account_that_pauses(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    hub = make_hub(database_url=database_url)
    emulator.script("telegram", "1067000", {"status": 429, "retry_after": 300})

    hub.send("Hello", to=PERSON)

    until(lambda: 200 < of_hub(hub)("notifyhub_sender_paused_seconds", channel="telegram") <= 300)


def test_a_circuit_that_opens(make_hub: HubMaker, database_url: str, emulator: RunningEmulator, moved: Begin) -> None:
    emulator.faults(channels={"telegram": {"failure_rate": 1, "failure": "500"}})
    hub = make_hub(database_url=database_url, telegram={"retry_base_s": 600, "retry_cap_s": 600, "rest_s": 600})
    assert of_hub(hub)("notifyhub_breaker_state", channel="telegram", state="closed") == 1

    hub.send("Hello", to=[{"telegram": str(number)} for number in range(100, 100 + 3 * IN_A_ROW)])

    until(lambda: of_hub(hub)("notifyhub_breaker_state", channel="telegram", state="open") == 1)
    found = of_hub(hub)
    assert found("notifyhub_breaker_state", channel="telegram", state="closed") == 0
    assert found("notifyhub_breaker_state", channel="viber", state="closed") == 1


def test_what_waits_and_since_when(accepting: Hub) -> None:
    accepting.send("Now", to=[PERSON, {"telegram": "42"}])
    accepting.send("Later", to={"viber": VIBER}, at=FAR)

    until(lambda: of_hub(accepting)("notifyhub_queue_age_seconds", channel="telegram") > 0)
    found = of_hub(accepting)

    assert found("notifyhub_deliveries", channel="telegram", status="scheduled") == 2
    assert found("notifyhub_deliveries", channel="viber", status="scheduled") == 1
    assert found("notifyhub_queue_age_seconds", channel="viber") == 0
    assert found("notifyhub_store_up") == found("notifyhub_broker_up") == 1


def test_a_mailing(hub: Hub, moved: Begin) -> None:
    fill(hub, 3)
    has = moved(hub)

    hub.mailings.create("m", "Hello", channels=["telegram"])

    has("notifyhub_deliveries_accepted_total", 3, channel="telegram", origin="mailing")
    has("notifyhub_deliveries_sent_total", 3, channel="telegram")
    has("notifyhub_end_to_end_duration_seconds_count", 3, channel="telegram")


def viber_says(hub: Hub, token: str, event: str) -> None:
    body = {"event": event, "timestamp": 1_750_263_773_000, "message_token": int(token), "user_id": VIBER}
    signed = json.dumps(body | ({"desc": "failure"} if event == "failed" else {})).encode()
    signature = hmac.new(VIBER_TOKEN.encode(), signed, hashlib.sha256).hexdigest()
    assert hub.receive("viber", signed, {"x-viber-content-signature": signature}) == 1


def test_receipts(make_hub: HubMaker, database_url: str, emulator: RunningEmulator, moved: Begin) -> None:
    viber = {"token": VIBER_TOKEN, "base_url": f"{emulator.url}/viber"}
    hub = make_hub(database_url=database_url, viber=viber)
    has = moved(hub)
    sent = [hub.wait(hub.send(text, to={"viber": VIBER}), timeout_s=20) for text in ("One", "Two")]
    tokens = [str((message.deliveries or [])[0].messenger_id) for message in sent]

    viber_says(hub, tokens[0], "delivered")
    viber_says(hub, tokens[1], "failed")
    viber_says(hub, tokens[1], "failed")

    has("notifyhub_receipts_total", 1, channel="viber", kind="delivered")
    has("notifyhub_receipts_total", 2, channel="viber", kind="failed")
    has("notifyhub_deliveries_failed_total", 1, channel="viber")


def test_a_chain_that_goes_on(hub: Hub, emulator: RunningEmulator, moved: Begin) -> None:
    emulator.script("telegram", "1067000", "blocked")
    has = moved(hub)
    to = {**PERSON, "gateway": "79161234567"}

    hub.wait(hub.send("Hello", to=to, channels={"first_of": ["telegram", "gateway"]}), timeout_s=20)

    has("notifyhub_deliveries_sent_total", 1, channel="gateway")
    has("notifyhub_deliveries_failed_total", 1, channel="telegram", reason="recipient_blocked")


def test_a_crashed_worker(make_hub: HubMaker, database_url: str, moved: Begin) -> None:
    from notifyhub.domain.retry import RetryPolicy
    from notifyhub.store import claims
    from notifyhub.store.claims import ClaimRequest

    hub = make_hub(worker=False, database_url=database_url)
    hub.send("Hello", to=PERSON)
    now, database = now_ms(), core_of(hub).database
    database.write(claims.claim, ClaimRequest("telegram", 9, now + 1, now + 2)).result()
    has = moved(hub)

    sweep.rescue(database, {"telegram": RetryPolicy()}, now_ms() + 1_000)

    has("notifyhub_attempts_total", 1, channel="telegram", outcome="unconfirmed", code="worker_lost")
    has("notifyhub_send_duration_seconds_count", 0, channel="telegram")


def test_what_people_post_and_nobody_takes(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(database_url=database_url, inbound_url="http://127.0.0.1:9")
    update: dict[str, Any] = {
        "update_id": 10000,
        "message": {
            "message_id": 5,
            "from": {"id": 1067000, "is_bot": False, "first_name": "User"},
            "chat": {"id": 1067000, "first_name": "User", "type": "private"},
            "date": 1795259191,
            "text": "Hello",
        },
    }
    from notifyhub.providers.receivers import EMULATED_WEBHOOK_SECRET

    hub.receive("telegram", json.dumps(update).encode(), {"x-telegram-bot-api-secret-token": EMULATED_WEBHOOK_SECRET})

    until(lambda: of_hub(hub)("notifyhub_inbound_post_age_seconds") > 0)


def test_posts_to_a_webhook_that_fails_and_then_takes_them(make_hub: HubMaker, database_url: str, moved: Begin) -> None:
    with receiving() as receiver:
        receiver.answers = [Response(status_code=500)]
        hub = make_hub(database_url=database_url, webhook={"private_addresses": "127.0.0.0/8", "allow_http": True})
        hub.webhooks.create(receiver.url, ["delivery.sent"])
        has = moved(hub)

        hub.send("Hello", to=PERSON)

        until(lambda: of_hub(hub)("notifyhub_webhook_failing_seconds") > 0)
        has("notifyhub_webhook_posts_total", 1, result="waiting")
        hub.send("Hello again", to=PERSON)
        has("notifyhub_webhook_posts_total", 1, result="posted")
        until(lambda: of_hub(hub)("notifyhub_webhook_failing_seconds") == 0)


def test_sweeps_and_commits(hub: Hub) -> None:
    before = of_hub(hub)
    hub.send("Hello", to=PERSON)

    until(
        lambda: (
            of_hub(hub)("notifyhub_sweeps_total", sweep="ring_due", result="done")
            > before("notifyhub_sweeps_total", sweep="ring_due", result="done")
        )
    )

    found = of_hub(hub)
    assert found("notifyhub_sweep_duration_seconds_count", sweep="ring_due") > 0
    assert found("notifyhub_store_commit_duration_seconds_count") > before(
        "notifyhub_store_commit_duration_seconds_count"
    )


def test_the_process(accepting: Hub) -> None:
    found = of_hub(accepting)

    assert found("notifyhub_processes", role="hub") == 1
    assert found("notifyhub_process_cpu_seconds_total", role="hub") > 0
    assert found("notifyhub_process_threads", role="hub") >= 1
    assert found("notifyhub_process_start_time_seconds", role="hub") > 0
    assert found("notifyhub_build_info") == 1
