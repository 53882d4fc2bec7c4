import http.client
import socket

import pytest

from notifyhub.emulator.app import Emulator, create_app
from notifyhub.emulator.faults import PROFILES, Faults, FaultSettings

VIBER = {"receiver": "01234567890A=", "type": "text", "text": "hello", "sender": {"name": "Shop"}}
WHATSAPP = {"messaging_product": "whatsapp", "to": "+16505551234", "type": "text", "text": {"body": "Hello"}}
GATEWAY = {"id": 77, "phone": 79201234567, "text": "Hello"}
ADDRESSES = {"telegram": "42", "viber": "01234567890A=", "whatsapp": "+16505551234", "gateway": "79201234567"}


def send(site, channel="telegram"):
    match channel:
        case "telegram":
            return site.telegram({"chat_id": 42, "text": "hi"})
        case "viber":
            return site.viber(**VIBER)
        case "whatsapp":
            return site.whatsapp(**WHATSAPP)
        case _:
            return site.gateway(77, GATEWAY)


def script(site, *answers, channel="telegram"):
    faults = {"scripts": [{"channel": channel, "address": ADDRESSES[channel], "answers": list(answers)}]}
    assert site.set_faults(faults).status == 200


def verdict(reply, channel):
    if channel == "viber" and reply.status == 200:
        return reply.json["status"]
    if channel == "whatsapp" and reply.headers["Content-Type"] == "application/json":
        return reply.status, reply.json["error"]["code"]
    return reply.status


def test_a_script_is_used_up_in_order_and_then_the_channel_accepts(site):
    script(site, "500", "503", "accept")
    assert [send(site).status for _ in range(4)] == [500, 503, 200, 200]


def test_a_script_is_for_its_recipient_only(site):
    script(site, "500")
    assert site.telegram({"chat_id": 43, "text": "hi"}).status == 200


def test_a_scripted_failure_is_in_the_journal_as_not_accepted(site):
    script(site, "500")
    send(site)
    [entry] = site.journal.entries()
    assert (entry["accepted"], entry["status"], entry["fault"]) == (False, 500, "500")


@pytest.mark.parametrize(
    ("channel", "answer", "expected"),
    [
        ("telegram", "400", 400),
        ("telegram", "401", 401),
        ("telegram", "403", 403),
        ("telegram", "404", 404),
        ("telegram", "429", 429),
        ("telegram", "500", 500),
        ("telegram", "502", 502),
        ("viber", "400", 3),
        ("viber", "401", 2),
        ("viber", "403", 6),
        ("viber", "404", 5),
        ("viber", "429", 12),
        ("viber", "503", 503),
        ("viber", {"code": 12}, 12),
        ("viber", {"code": 77}, 77),
        ("whatsapp", "400", (400, 100)),
        ("whatsapp", "401", (401, 190)),
        ("whatsapp", "403", (403, 131005)),
        ("whatsapp", "404", (404, 132001)),
        ("whatsapp", "429", (429, 130429)),
        ("whatsapp", "500", (500, 131000)),
        ("whatsapp", "502", 502),
        ("whatsapp", "503", (503, 133004)),
        ("whatsapp", {"code": 131056}, (400, 131056)),
        ("whatsapp", {"code": 424242}, (400, 424242)),
        ("gateway", "400", 400),
        ("gateway", "503", 503),
    ],
)
def test_every_messenger_fails_in_its_own_form(site, channel, answer, expected):
    script(site, answer, channel=channel)
    assert verdict(send(site, channel), channel) == expected


def test_telegram_tells_how_long_to_wait_in_the_body_and_in_a_header(site):
    script(site, {"status": 429, "retry_after": 7})
    reply = send(site)
    assert reply.headers["Retry-After"] == "7"
    assert reply.json == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


@pytest.mark.parametrize("channel", ["whatsapp", "gateway"])
def test_the_others_tell_how_long_to_wait_in_a_header(site, channel):
    script(site, {"status": 429, "retry_after": 2}, channel=channel)
    assert send(site, channel).headers["Retry-After"] == "2"


@pytest.mark.parametrize("channel", list(ADDRESSES))
def test_garbage_is_html_with_200_and_nothing_accepted(site, channel):
    script(site, "garbage", channel=channel)
    reply = send(site, channel)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert site.journal.entries()[0]["accepted"] is False


@pytest.mark.parametrize("channel", list(ADDRESSES))
def test_a_lost_answer_is_a_closed_connection_and_an_accepted_message(site, channel):
    script(site, "lost", channel=channel)
    with pytest.raises(http.client.RemoteDisconnected):
        send(site, channel)
    [entry] = site.journal.entries()
    assert (entry["accepted"], entry["fault"]) == (True, "lost")


def test_a_lost_message_sent_again_is_a_repeat_to_the_gateway(site):
    script(site, "lost", channel="gateway")
    with pytest.raises(http.client.RemoteDisconnected):
        send(site, "gateway")
    assert send(site, "gateway").status == 200
    assert site.journal.entries()[1]["repeat"] is True


def test_hang_leaves_the_client_without_an_answer(site):
    script(site, "hang")
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as client:
        client.sendall(b"GET /telegram/bot1:a/sendMessage?chat_id=42&text=hi HTTP/1.1\r\nHost: x\r\n\r\n")
        [entry] = site.journal.wait_for(1)
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
    assert (entry["accepted"], entry["status"], entry["fault"]) == (False, None, "hang")


def test_hang_ends_with_a_closed_connection(serve):
    with serve(Emulator(hang_s=0.01)) as site:
        script(site, "hang")
        with pytest.raises(http.client.RemoteDisconnected):
            send(site)


@pytest.mark.parametrize("channel", list(ADDRESSES))
def test_a_failure_rate_of_one_fails_every_send(site, channel):
    site.set_faults({"failure_rate": 1, "failure": "503"})
    assert send(site, channel).status == 503


def test_a_channel_may_have_faults_of_its_own(site):
    site.set_faults({"channels": {"viber": {"failure_rate": 1, "failure": {"code": 12}}}})
    assert (verdict(send(site, "viber"), "viber"), send(site).status) == (12, 200)


def test_a_channel_may_be_spared_the_faults_of_all(site):
    site.set_faults({"failure_rate": 1, "channels": {"telegram": {"failure_rate": 0}}})
    assert (send(site).status, send(site, "gateway").status) == (200, 500)


def test_a_fixed_latency_is_the_plan_of_every_send():
    faults = Faults(seed=1)
    faults.replace(FaultSettings(latency_ms=250))
    assert faults.plan("viber", "x").latency_s == 0.25


def test_a_slow_answer_is_recorded_before_it_is_given(site):
    site.set_faults({"latency_ms": 600_000})
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as client:
        client.sendall(b"GET /telegram/bot1:a/sendMessage?chat_id=42&text=hi HTTP/1.1\r\nHost: x\r\n\r\n")
        assert site.journal.wait_for(1)[0]["accepted"] is True


def test_the_original_task_waits_one_to_three_seconds_and_fails_one_in_ten():
    faults = Faults("original-task", seed=7)
    plans = [faults.plan("telegram", str(number)) for number in range(10_000)]
    assert all(1 <= plan.latency_s <= 3 for plan in plans)
    assert 900 < sum(plan.refusal is not None for plan in plans) < 1100
    assert {plan.name for plan in plans} == {None, "500"}


def test_the_same_seed_gives_the_same_chances():
    first, second = (Faults("original-task", seed=7) for _ in range(2))
    assert [first.plan("viber", "x").latency_s for _ in range(9)] == [
        second.plan("viber", "x").latency_s for _ in range(9)
    ]


def test_a_profile_is_put_by_its_name(site):
    site.set_faults({"profile": "original-task"})
    assert site.call("GET", "/faults").json["profile"] == "original-task"


def test_a_field_wins_over_the_profile(site):
    site.set_faults({"profile": "original-task", "latency_ms": 0, "failure_rate": 1})
    assert send(site).status == 500


def test_an_app_may_begin_with_a_profile():
    emulator = create_app(profile="original-task", seed=1).state.emulator
    assert emulator.faults.plan("telegram", "42").latency_s >= 1


@pytest.mark.parametrize("name", list(PROFILES))
def test_what_get_tells_may_be_put_back(site, name):
    script(site, "hang", {"status": 429, "retry_after": 2}, channel="gateway")
    site.set_faults(site.call("GET", "/faults").json | {"profile": name, "latency_ms": {"min": 1, "max": 2}})
    told = site.call("GET", "/faults").json
    assert site.set_faults(told).json == told


def test_get_tells_what_is_left_of_a_script(site):
    script(site, "500", "accept", "lost")
    send(site)
    assert site.call("GET", "/faults").json["scripts"] == [
        {"channel": "telegram", "address": "42", "answers": ["accept", "lost"]}
    ]


def test_deleting_the_faults_ends_them_all(site):
    site.set_faults({"failure_rate": 1})
    assert site.call("DELETE", "/faults").status == 204
    assert send(site).status == 200


@pytest.mark.parametrize(
    ("faults", "field"),
    [
        ({"failure_rate": 1.5}, "failure_rate"),
        ({"failure": "teapot"}, "failure"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"latency_ms": {"min": 1}}, "latency_ms.max"),
        ({"latency_ms": {"min": 2, "max": 1}}, "latency_ms"),
        ({"profile": "nightmare"}, "profile"),
        ({"chaos": True}, "chaos"),
        ({"channels": {"icq": {}}}, "channels.icq"),
        ({"channels": {"telegram": {"speed": 1}}}, "channels.telegram.speed"),
        ({"scripts": [{"channel": "viber", "address": "x", "answers": ["teapot"]}]}, "scripts.0.answers.0"),
        ({"scripts": [{"channel": "viber", "address": "x", "answers": []}]}, "scripts.0.answers"),
        ({"scripts": [{"channel": "viber", "answers": ["500"]}]}, "scripts.0.address"),
        ({"scripts": [{"channel": "telegram", "address": "x", "answers": [{"code": 12}]}]}, "scripts.0"),
        (
            {"scripts": [{"channel": "telegram", "address": "x", "answers": [{"status": 418}]}]},
            "scripts.0.answers.0.status",
        ),
    ],
)
def test_a_bad_setting_is_a_problem_that_names_its_field(site, faults, field):
    reply = site.set_faults(faults)
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert field in [error["field"] for error in reply.json["errors"]]


def test_a_code_for_all_channels_is_refused(site):
    assert site.set_faults({"failure": {"code": 12}}).status == 422


def test_refused_settings_change_nothing(site):
    script(site, "500")
    site.set_faults({"failure_rate": 7})
    assert send(site).status == 500


def test_faults_that_are_not_json_are_refused(site):
    assert site.call("PUT", "/faults", "{oops").status == 422
