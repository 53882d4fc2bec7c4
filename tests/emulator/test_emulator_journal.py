import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.journal.inboxes import inbox_of
from notifyhub.emulator.journal.journal import Journal
from tests.emulator.conftest import TOKEN

SERVER = """
import pathlib, socket, sys, uvicorn
from notifyhub.emulator.app import create_app
from notifyhub.emulator.main import config
app = create_app(pathlib.Path(sys.argv[1]))
uvicorn.Server(config(app)).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])
"""


def send(site, address="42", text="hello"):
    return site.telegram({"chat_id": address, "text": text})


def test_an_accepted_send_is_in_the_journal_with_the_id_that_was_given_out(site):
    message_id = send(site).json["result"]["message_id"]
    [entry] = site.listed()["entries"]
    del entry["id"], entry["received_at"]
    assert entry == {
        "channel": "telegram",
        "address": "42",
        "text": "hello",
        "accepted": True,
        "status": 200,
        "code": None,
        "messenger_id": str(message_id),
        "repeat": False,
        "fault": None,
        "inbox": inbox_of(TOKEN),
        "account": "123456",
        "subject": "",
    }


def test_a_refused_send_is_in_the_journal_as_not_accepted(site):
    send(site, address="nobody")
    [entry] = site.listed()["entries"]
    assert (entry["accepted"], entry["status"], entry["messenger_id"]) == (False, 400, None)


def test_an_unreadable_send_is_in_the_journal_with_empty_fields(site):
    site.call("POST", "/viber/pa/send_message", b"{not json")
    [entry] = site.listed()["entries"]
    assert (entry["channel"], entry["address"], entry["text"], entry["code"]) == ("viber", "", "", 3)


def test_received_at_is_utc_with_milliseconds(site):
    send(site)
    received_at = site.listed()["entries"][0]["received_at"]
    moment = datetime.strptime(received_at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert len(received_at) == len("2026-01-01T00:00:00.000Z")
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


def test_the_oldest_entry_comes_first(site):
    send(site, text="first")
    send(site, text="second")
    assert [entry["text"] for entry in site.listed()["entries"]] == ["first", "second"]


def test_entries_are_found_by_channel(site):
    send(site)
    site.gateway(1, {"id": 1, "phone": 79161234567, "text": "hi"})
    assert [entry["channel"] for entry in site.listed(channel="gateway")["entries"]] == ["gateway"]


def test_entries_are_found_by_address(site):
    send(site, address="42")
    send(site, address="421")
    assert [entry["address"] for entry in site.listed(address="42")["entries"]] == ["42"]


@pytest.mark.parametrize("query", ["%2B79161234567", "+79161234567", "79161234567"])
def test_a_phone_number_is_found_with_and_without_its_plus(site, query):
    site.gateway(1, {"id": 1, "phone": 79161234567, "text": "hi"})
    assert len(site.call("GET", f"/journal?address={query}").json["entries"]) == 1


def test_entries_are_found_by_a_part_of_the_text(site):
    send(site, text="Ваш код 1234")
    send(site, text="100% yours")
    assert [entry["text"] for entry in site.listed(text="код 12")["entries"]] == ["Ваш код 1234"]
    assert site.listed(text="%25")["entries"] == []


def test_pages_follow_each_other_by_the_cursor(site):
    for number in range(5):
        send(site, text=str(number))
    first = site.listed(limit=3)
    second = site.listed(limit=3, cursor=first["next"])
    assert [entry["text"] for entry in first["entries"] + second["entries"]] == list("01234")
    assert second["next"] is None


def test_a_full_last_page_has_no_next(site):
    send(site)
    assert site.listed(limit=1)["next"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "1001"), ("limit", "ten"), ("cursor", "-1"), ("cursor", "x"), ("channel", "icq")],
)
def test_a_bad_parameter_is_a_problem_that_names_it(site, name, value):
    reply = site.call("GET", f"/journal?{name}={value}")
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json")
    assert reply.json["errors"][0]["field"] == name


def test_deleting_the_journal_empties_it(site):
    send(site)
    assert site.call("DELETE", "/journal").status == 204
    assert site.listed() == {"entries": [], "next": None}


def test_ids_are_not_used_again_after_deleting(site):
    send(site)
    [before] = site.listed()["entries"]
    site.call("DELETE", "/journal")
    send(site)
    assert site.listed()["entries"][0]["id"] > before["id"]


def test_one_entry_shows_its_request_and_its_answer(site):
    raw = send(site).raw
    [entry] = site.listed()["entries"]
    whole = site.call("GET", f"/journal/{entry['id']}").json
    assert json.loads(whole["request_body"]) == {"chat_id": "42", "text": "hello"}
    assert whole["answer_body"] == raw.decode()


def test_the_token_in_a_url_is_masked(site):
    send(site)
    [entry] = site.listed()["entries"]
    assert site.call("GET", f"/journal/{entry['id']}").json["request"] == "POST /telegram/bot***/sendMessage"


def test_the_token_in_a_body_is_masked(site):
    site.viber(token=None, auth_token="445da6az", receiver="01234567890A=")
    [entry] = site.listed()["entries"]
    assert "445da6az" not in site.call("GET", f"/journal/{entry['id']}").raw.decode()


@pytest.mark.parametrize("number", ["999999999", "x", "0", "99999999999999999999"])
def test_an_entry_that_is_not_there_is_not_found(site, number):
    assert site.call("GET", f"/journal/{number}").status == 404


def test_the_root_tells_what_is_here(site):
    send(site)
    about = site.call("GET", "/").json
    assert about["entries"] == 1
    assert set(about["endpoints"]) >= {"telegram", "viber", "whatsapp", "gateway", "journal", "faults"}


def test_wait_for_gives_the_entries_when_they_are_there(site):
    send(site)
    [entry] = site.journal.wait_for(1, channel="telegram", address="42", timeout_s=5)
    assert entry["text"] == "hello"


def test_wait_for_gives_up_with_a_timeout_error(site):
    with pytest.raises(TimeoutError, match="0 of 1"):
        site.journal.wait_for(1, timeout_s=0.01)


def test_the_oldest_entries_are_dropped_above_the_cap(serve):
    with serve(Emulator(journal_cap=5)) as site:
        for number in range(8):
            send(site, text=str(number))
        assert [entry["text"] for entry in site.journal.entries()] == list("34567")
        assert len(site.journal) == 5


def test_a_journal_in_memory_answers_the_same_questions(serve):
    with serve(Emulator()) as site:
        send(site)
        assert len(site.listed(text="ell")["entries"]) == 1


def test_a_file_is_continued_by_the_next_emulator(serve, tmp_path):
    for text in ("first", "second"):
        with serve(Emulator(tmp_path / "journal.db")) as site:
            send(site, text=text)
            texts = [entry["text"] for entry in site.journal.entries()]
    assert texts == ["first", "second"]


def test_a_restart_repeats_no_telegram_message_id(serve, tmp_path):
    given = []
    for _ in range(2):
        with serve(Emulator(tmp_path / "journal.db")) as site:
            given.append(send(site).json["result"]["message_id"])
    assert given[0] < given[1]


def test_a_text_with_a_nul_keeps_what_follows_it(site):
    send(site, text="a\0b")
    assert site.listed()["entries"][0]["text"] == "a\ufffdb"


def test_a_mounted_emulator_opens_its_journal_by_itself(serve_mounted):
    emulator = Emulator()
    app = Starlette(routes=[Mount("/emulator", emulator.app)])
    with serve_mounted(app, emulator, "/emulator") as site:
        assert send(site).status == 200
        assert len(site.listed()["entries"]) == 1
    asyncio.run(emulator.close())


def test_a_process_killed_after_its_answer_has_lost_nothing(tmp_path):
    path = tmp_path / "journal.db"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", SERVER, str(path), str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], cwd=os.getcwd())
        connection = http.client.HTTPConnection(*listener.getsockname(), timeout=30)
        for number in range(20):
            connection.request("GET", f"/telegram/bot1:a/sendMessage?chat_id=42&text={number}")
            assert connection.getresponse().read()
        process.send_signal(signal.SIGKILL)
        process.wait()
        connection.close()
    journal = Journal(path)
    assert [entry["text"] for entry in journal.entries()] == [str(number) for number in range(20)]
    journal.close()
