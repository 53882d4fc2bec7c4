"""GET /api/v1/channels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import sleep

from notifyhub import Hub
from notifyhub.domain.addresses import CHANNELS
from tests.api.conftest import LATER, Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

PATH = "/api/v1/channels"


def test_every_channel_tells_what_it_takes_and_how_it_tries(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    real = {"token": "1:secret", "base_url": "http://user:secret@127.0.0.1:9/x", "max_attempts": 7, "timeout_s": 3}
    api = serve(make_hub(worker=False, telegram=real))

    telegram, *others = api.get(PATH).json["items"]

    assert [telegram["name"], *(channel["name"] for channel in others)] == list(CHANNELS)
    assert (telegram["emulated"], telegram["text_limit"], telegram["timeout_s"]) == (False, 4096, 3)
    assert telegram["retry"] == {"max_attempts": 7, "base_s": 0.02, "cap_s": 0.05}
    assert telegram["address"]["example"] == "123456789"
    assert b"secret" not in api.get(PATH).body
    assert all(channel["emulated"] for channel in others)


def test_a_channel_without_calls_is_idle_and_what_waits_is_counted(api: Api) -> None:
    api.create(recipients=[{"telegram": "1"}], send_at=...)
    api.create(recipients=[{"telegram": "2"}], send_at=..., priority="urgent")
    api.create(recipients=[{"telegram": "3"}], send_at=LATER)

    found = api.get(f"{PATH}/telegram").json

    assert found["waiting"] == {"due": 2, "more": False, "next_at": "2126-12-01T07:00:00Z"}
    assert (found["health"]["state"], found["health"]["outcomes"]) == ("idle", {})
    assert api.get(f"{PATH}/viber").json["waiting"] == {"due": 0, "more": False}


def test_health_is_what_the_calls_came_to_also_those_of_other_processes(
    make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, emulator: RunningEmulator
) -> None:
    emulator.script("telegram", "1", "500")
    with make_hub(database_url=database_url) as worker:
        worker.wait(worker.send("Hello", {"telegram": "1"}), timeout_s=20)
    api = serve(make_hub(worker=False, database_url=database_url))

    health = api.get(f"{PATH}/telegram").json["health"]

    assert (health["state"], health["outcomes"]) == ("unsteady", {"sent": 1, "temporary_failure": 1})
    assert health["last_answered_at"] == health["last_sent_at"]
    # As moments: one on a whole second has no fraction, so that as texts they would not be in order.
    assert datetime.fromisoformat(health["last_sent_at"]) > datetime.fromisoformat(health["last_trouble"]["at"])
    assert health["last_trouble"]["code"] == "500"


def test_the_counts_are_written_while_the_process_runs(hub: Hub) -> None:
    """A stop is not what writes them; nothing tells when they are, hence the looking."""
    hub.wait(hub.send("Hello", {"viber": "01234567890A="}), timeout_s=20)

    while not hub.channel("viber").health.outcomes:
        sleep(0.02)


def test_a_channel_that_is_not_there_is_a_404(small_api: Api) -> None:
    assert small_api.get(f"{PATH}/pigeon").status == 404


def test_the_settings_of_a_channel_are_shown_with_secrets_masked(
    make_hub: HubMaker, serve: Callable[[Hub], Api]
) -> None:
    further = {"news": {"token": "2:secret", "webhook_secret": "secret-2"}}
    real = {"token": "1:secret", "webhook_secret": "secret-1", "proxy": "http://me:secret@127.0.0.1:9", "rate": "5/s"}
    api = serve(make_hub(worker=False, telegram={**real, "senders": further}))

    answered = api.get(f"{PATH}/telegram/settings")

    found = {one["name"]: one.get("value") for one in answered.json["items"]}
    assert found["NOTIFYHUB_TELEGRAM_TOKEN"] == found["NOTIFYHUB_TELEGRAM_WEBHOOK_SECRET"] == "***"
    assert (found["NOTIFYHUB_TELEGRAM_RATE"], found["NOTIFYHUB_TELEGRAM_BASE_URL"]) == ("5/s", None)
    assert found["NOTIFYHUB_TELEGRAM_PROXY"] == "http://me:***@127.0.0.1:9"
    assert "news" in found["NOTIFYHUB_TELEGRAM_SENDERS"]
    assert b"secret-" not in answered.body
    assert b":secret" not in answered.body


def test_the_settings_of_a_channel_are_for_admins(small_api: Api) -> None:
    small_api.key = str(small_api.hub.keys.create("reader", scopes=["read", "send"]).key)

    assert small_api.get(f"{PATH}/telegram/settings").status == 403
