"""What messengers tell later, from the signed body to the delivery."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from notifyhub import Delivery, Hub
from notifyhub.domain.reachability import KEPT_MS
from notifyhub.domain.receipt import Receipt
from notifyhub.domain.states import Status
from notifyhub.flow import receive
from notifyhub.hub import core_of
from notifyhub.store import receipts
from notifyhub.store.receipts import Arrived
from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

VIBER_TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
PERSON = "EGAZ3SZRi6zW1D0uNYhQHg=="
PHONE = "79161234567"
AT_S = 1_750_263_773


@pytest.fixture
def api(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, emulator: RunningEmulator) -> Api:
    viber = {
        "token": VIBER_TOKEN,
        "base_url": f"{emulator.url}/viber",
        "senders": {"shop": {"token": "second-token"}},
    }
    own = {"token": "t", "phone_number_id": "1", "base_url": f"{emulator.url}/whatsapp"}
    whatsapp = {**own, "app_secret": "app secret", "verify_token": "our word"}
    return serve(make_hub(database_url=database_url, viber=viber, whatsapp=whatsapp))


def sent(api: Api, channel: str = "viber", text: str = "Hello", **more: Any) -> Delivery:
    to = PERSON if channel == "viber" else PHONE
    message = api.hub.wait(api.hub.send(text, to={channel: to}, **more), timeout_s=20)
    assert message.deliveries is not None
    return look(api, message.deliveries[0])


def look(api: Api, delivery: Delivery) -> Delivery:
    return api.hub.delivery(delivery.id or 0)


def viber(api: Api, event: str, delivery: Delivery | None = None, key: str = VIBER_TOKEN, **more: Any) -> Reply:
    token = 77 if delivery is None else int(delivery.messenger_id or 0)
    told = {"event": event, "timestamp": AT_S * 1000, "message_token": token, "user_id": PERSON, **more}
    body = json.dumps(told).encode()
    signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return api.ask("POST", "/receipts/viber", body, Authorization="", X_Viber_Content_Signature=signature)


def status(id_: str | None, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "status": kind, "timestamp": str(AT_S), "recipient_id": PHONE, **more}


def whatsapp(api: Api, *statuses: Any, key: str = "app secret") -> Reply:
    value = {"messaging_product": "whatsapp", "statuses": list(statuses)}
    told = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": value}]}]}
    body = json.dumps(told).encode()
    signature = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return api.ask("POST", "/receipts/whatsapp", body, Authorization="", X_Hub_Signature_256=signature)


def test_viber_tells_who_got_it_and_who_saw_it(api: Api) -> None:
    delivery = sent(api)

    assert viber(api, "delivered", delivery).status == 200
    assert look(api, delivery).status == "delivered"
    assert viber(api, "seen", delivery).json == {"known": 1}
    assert look(api, delivery).status == "read"


def test_a_failure_told_by_viber_has_its_words(api: Api) -> None:
    delivery = sent(api)

    viber(api, "failed", delivery, desc="the app does not take it")

    failed = look(api, delivery)
    assert (failed.status, failed.reason) == ("failed", "rejected")
    assert [(r.kind, r.detail) for r in failed.receipts or ()] == [("failed", "the app does not take it")]


def test_whatsapp_tells_of_many_at_once(api: Api) -> None:
    one, other = sent(api, "whatsapp", "one"), sent(api, "whatsapp", "other")

    reply = whatsapp(api, status(one.messenger_id, "delivered"), status(other.messenger_id, "read"))

    assert (reply.status, reply.json) == (200, {"known": 2})
    assert (look(api, one).status, look(api, other).status) == ("delivered", "read")


def test_a_failure_told_by_whatsapp_has_the_reason_of_its_code(api: Api) -> None:
    delivery = sent(api, "whatsapp")

    whatsapp(api, status(delivery.messenger_id, "failed", errors=[{"code": 131047, "title": "Re-engagement message"}]))

    failed = look(api, delivery)
    assert (failed.status, failed.reason) == ("failed", "window_closed")
    assert [(r.kind, r.code) for r in failed.receipts or ()] == [("failed", "131047")]


def test_what_failed_later_may_be_sent_again(api: Api) -> None:
    whatsapp(api, status(sent(api, "whatsapp").messenger_id, "failed", errors=[{"code": 131047}]))

    assert api.hub.send("Hello", to={"whatsapp": PHONE}).duplicates == 0


def test_receipts_stand_in_the_delivery(api: Api) -> None:
    delivery = sent(api)
    viber(api, "delivered", delivery)

    found = api.get(f"/api/v1/deliveries/{delivery.id}").json["receipts"]

    assert found == [{"kind": "delivered", "at": "2025-06-18T16:22:53Z", "code": "delivered", "detail": ""}]


@pytest.mark.parametrize(
    ("events", "end"),
    [
        (("delivered", "delivered"), "delivered"),
        (("seen", "delivered"), "read"),
        (("seen", "seen"), "read"),
        (("delivered", "failed"), "delivered"),
        (("failed", "delivered"), "failed"),
        (("failed", "seen"), "failed"),
    ],
)
def test_receipts_may_come_twice_and_out_of_order(api: Api, events: tuple[str, ...], end: str) -> None:
    delivery = sent(api)

    replies = [viber(api, event, delivery) for event in events]

    assert [reply.status for reply in replies] == [200, 200]
    assert look(api, delivery).status == end


def test_a_receipt_of_another_person_of_a_broadcast_moves_nothing(api: Api) -> None:
    delivery = sent(api)

    assert viber(api, "delivered", delivery, user_id="another+person+==").status == 200
    assert look(api, delivery).status == "sent"


@pytest.mark.parametrize("event", ["webhook", "message", "conversation_started", "client_status", "delivered"])
def test_what_is_about_nothing_of_ours_is_harmless(api: Api, event: str) -> None:
    reply = viber(api, event)

    assert (reply.status, reply.body) == (200, b"{}")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"entry": 7}', b'{"entry": [7, {"changes": [{}]}]}'])
def test_a_signed_body_that_makes_no_sense_is_harmless(api: Api, body: bytes) -> None:
    signature = "sha256=" + hmac.new(b"app secret", body, hashlib.sha256).hexdigest()

    assert api.ask("POST", "/receipts/whatsapp", body, X_Hub_Signature_256=signature).status == 200


@pytest.mark.parametrize("key", ["", "another", "app secret"])
def test_a_wrong_signature_changes_nothing(api: Api, key: str) -> None:
    delivery = sent(api)

    reply = viber(api, "delivered", delivery, key=key)

    assert reply.status == 403
    assert look(api, delivery).status == "sent"


@pytest.mark.parametrize("signature", ["", "sha256=", "nonsense", "\xe9"])
def test_a_signature_that_is_none_is_refused(api: Api, signature: str) -> None:
    assert api.ask("POST", "/receipts/whatsapp", b"{}", X_Hub_Signature_256=signature).status == 403


def test_the_signature_is_of_the_bytes_as_they_came(api: Api) -> None:
    body = b'{"entry": [], "name": "\\u0416"}'
    signature = "sha256=" + hmac.new(b"app secret", body, hashlib.sha256).hexdigest()

    assert api.ask("POST", "/receipts/whatsapp", body, X_Hub_Signature_256=signature).status == 200
    assert api.ask("POST", "/receipts/whatsapp", body + b" ", X_Hub_Signature_256=signature).status == 403


def test_every_account_may_sign(api: Api) -> None:
    delivery = sent(api, options={"viber": {"sender": "shop"}})

    assert viber(api, "delivered", delivery, key="second-token").json == {"known": 1}


def test_meta_is_told_its_challenge_by_whoever_knows_the_word(api: Api) -> None:
    asked = "/receipts/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    told = api.get(f"{asked}our%20word", Authorization="")

    assert (told.status, told.body) == (200, b"1158201444")
    assert api.get(f"{asked}another").status == 403
    assert api.get("/receipts/whatsapp").status == 403


def test_an_emulated_channel_takes_what_the_emulator_signs(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub())
    delivery = sent(api, "whatsapp")

    assert whatsapp(api, status(delivery.messenger_id, "read"), key="emulator-app-secret").json == {"known": 1}


def test_a_real_channel_without_the_secret_takes_nothing(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, whatsapp={"token": "t", "phone_number_id": "1"}))

    assert whatsapp(api, key="emulator-app-secret").status == 403
    assert whatsapp(api, key="").status == 403


def test_a_receipt_that_comes_before_the_outcome_is_not_lost(api: Api) -> None:
    token = 5_741_311_803_571_721_087
    early = Receipt("viber", str(token), PERSON, Status.DELIVERED, AT_S * 1000)
    now = time.time_ns() // 1_000_000
    assert core_of(api.hub).database.write(receipts.apply, Arrived([early], now)).result() == 0
    delivery = sent(api)
    give_id(api, delivery, str(token))

    receive.settle(core_of(api.hub).database, now)

    assert look(api, delivery).status == "delivered"
    assert not core_of(api.hub).database.read(receipts.any_early).result()


def test_what_nobody_knows_is_forgotten_after_a_while(api: Api) -> None:
    now = time.time_ns() // 1_000_000
    core_of(api.hub).database.write(
        receipts.apply, Arrived([Receipt("viber", "77", PERSON, Status.READ, 0)], now)
    ).result()

    core_of(api.hub).database.write(receipts.settle, (now + receipts.EARLY_KEPT_MS, 10, KEPT_MS)).result()

    assert not core_of(api.hub).database.read(receipts.any_early).result()


def test_a_receipt_proves_that_a_lost_answer_was_a_good_one(api: Api, emulator: RunningEmulator) -> None:
    emulator.script("whatsapp", PHONE, "lost")
    delivery = sent(api, "whatsapp", on_unconfirmed="at_most_once")
    assert (delivery.status, delivery.message_id is None) == ("unconfirmed", False)
    reference = f"{delivery.message_id.hex}-{delivery.id}"  # type: ignore[union-attr]

    whatsapp(api, status("wamid.lost", "sent", biz_opaque_callback_data=reference))

    assert (look(api, delivery).status, look(api, delivery).messenger_id) == ("sent", "wamid.lost")


def test_a_reference_of_another_install_proves_nothing(api: Api, emulator: RunningEmulator) -> None:
    emulator.script("whatsapp", PHONE, "lost")
    delivery = sent(api, "whatsapp", on_unconfirmed="at_most_once")

    whatsapp(api, status("wamid.lost", "sent", biz_opaque_callback_data=f"{'0' * 32}-{delivery.id}"))

    assert look(api, delivery).status == "unconfirmed"


def test_many_receipts_are_taken_in_one_commit(api: Api) -> None:
    delivery = sent(api, "whatsapp")
    unknown = [status(f"wamid.{n}", "delivered") for n in range(999)]

    assert whatsapp(api, *unknown, status(delivery.messenger_id, "delivered")).json == {"known": 1}


def give_id(api: Api, delivery: Delivery, messenger_id: str) -> None:
    """As if the messenger had given this id."""

    def job(database: Any, ids: Any) -> list[None]:
        database.execute_sql(f"UPDATE deliveries SET messenger_id = '{messenger_id}' WHERE id = {delivery.id}")
        return [None] * len(ids)

    core_of(api.hub).database.write(job, messenger_id).result()


def test_receipts_are_found_by_an_index_of_their_own(api: Api) -> None:
    def plan(database: Any) -> str:
        asked = """EXPLAIN {kind} SELECT d.id FROM deliveries AS d WHERE d.messenger_id = '77'
            AND d.messenger_id IS NOT NULL AND d.channel IN ('viber', 'whatsapp') AND d.channel = 'viber'"""
        sqlite = "Sqlite" in type(database).__name__
        if not sqlite:
            database.execute_sql("SET enable_seqscan = off")
        return str(database.execute_sql(asked.format(kind="QUERY PLAN" if sqlite else "")).fetchall())

    assert "deliveries_receipts" in core_of(api.hub).database.read(plan).result()


@pytest.mark.parametrize("query", ["", "?tenant=a%2Fb"])
def test_the_emulated_viber_tells_us_of_what_it_got(api: Api, emulator: RunningEmulator, query: str) -> None:
    hook = {"url": f"http://127.0.0.1:{api.port}/receipts/viber{query}", "auth_token": VIBER_TOKEN}
    assert requests.post(f"{emulator.url}/viber/pa/set_webhook", json=hook, timeout=30).json()["status"] == 0

    delivery = sent(api)
    assert emulator.emulator.callbacks.wait_until_idle()
    # A receipt may outrun the record of its outcome. It is then kept for the next sweep; here nobody waits for that.
    receive.settle(core_of(api.hub).database, time.time_ns() // 1_000_000)
    assert look(api, delivery).status == "read"
