"""Search, waiting, duplicates, inboxes, the live stream and beginning anew."""

from __future__ import annotations

import asyncio
import http.client
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.journal.inboxes import inbox_of

OTHER = "654321:BBtoken"


def send(site, address="42", text="hello", **more):
    return site.telegram({"chat_id": address, "text": text}, **more)


def texts(entries):
    return [entry["text"] for entry in entries]


def test_a_token_sees_its_own_inbox_only(site):
    send(site, text="mine")
    send(site, text="theirs", token=OTHER)
    assert texts(site.listed(token=OTHER)["entries"]) == ["theirs"]
    assert texts(site.listed(inbox=inbox_of(OTHER))["entries"]) == ["theirs"]


def test_a_token_is_kept_as_a_fingerprint_only(serve, tmp_path):
    with serve(Emulator(tmp_path / "journal.db")) as site:
        send(site, token=OTHER)
        site.viber(token="445da6-secret", receiver="01234567890A=", type="text", text="x", sender={"name": "S"})
        site.whatsapp(messaging_product="whatsapp", to="+16505551234", type="text", text={"body": "x"})
        site.gateway(7, {"id": 7, "phone": 79201234567, "text": "x"}, token="eyJ-secret")
    with sqlite3.connect(tmp_path / "journal.db") as file:
        kept = str(file.execute("SELECT * FROM entries").fetchall())
    assert len({inbox for (inbox,) in file.execute("SELECT inbox FROM entries")}) == 4
    assert not [token for token in (OTHER, "BBtoken", "445da6-secret", "EAAG", "eyJ-secret") if token in kept]
    file.close()


def test_a_business_number_sees_its_own_journal(site):
    for number in ("1111", "2222"):
        site.whatsapp(
            f"v20.0/{number}/messages", messaging_product="whatsapp", to="+16505551234", text={"body": number}
        )
    assert texts(site.listed(account="2222")["entries"]) == ["2222"]


def test_accepted_and_refused_can_be_told_apart(site):
    send(site, text="good")
    send(site, address="nobody", text="bad")
    assert texts(site.listed(accepted="true")["entries"]) == ["good"]
    assert texts(site.listed(accepted="false")["entries"]) == ["bad"]


def test_since_gives_what_came_later(site):
    send(site, text="first")
    [first] = site.listed()["entries"]
    send(site, text="second")
    assert texts(site.listed(since=first["id"])["entries"]) == ["second"]


def test_the_newest_can_be_paged_backwards(site):
    for text in "abcde":
        send(site, text=text)
    page = site.listed(newest="true", limit=2)
    before = site.listed(newest="true", limit=2, before=page["previous"])
    assert (texts(page["entries"]), texts(before["entries"])) == (["d", "e"], ["b", "c"])


def test_wait_answers_at_once_when_enough_is_there(site):
    send(site)
    assert texts(site.call("GET", "/wait?channel=telegram&address=42").json["entries"]) == ["hello"]


def test_wait_answers_when_enough_has_come(site):
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(site.call, "GET", "/wait?text=late&count=2&timeout_s=60")
        for text in ("late 1", "other", "late 2"):
            send(site, text=text)
        assert texts(waiting.result().json["entries"]) == ["late 1", "late 2"]


def test_wait_counts_only_what_came_since(site):
    send(site, text="old")
    [old] = site.listed()["entries"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(site.call, "GET", f"/wait?since={old['id']}&timeout_s=60")
        send(site, text="new")
        assert texts(waiting.result().json["entries"]) == ["new"]


def test_wait_ends_with_504_that_says_what_is_missing(site):
    send(site)
    reply = site.call("GET", "/wait?channel=telegram&count=2&timeout_s=0.01")
    assert (reply.status, reply.headers["Content-Type"]) == (504, "application/problem+json")
    assert reply.json["errors"][0]["message"] == "1 of 2 entries for channel 'telegram' after 0.01 s"


@pytest.mark.parametrize(
    ("name", "value"),
    [("count", "0"), ("timeout_s", "-1"), ("timeout_s", "nan"), ("timeout_s", "soon"), ("accepted", "perhaps")],
)
def test_a_bad_wait_is_a_problem_that_names_the_parameter(site, name, value):
    reply = site.call("GET", f"/wait?{name}={value}")
    assert (reply.status, reply.json["errors"][0]["field"]) == (400, name)


def test_wait_begins_anew_when_the_journal_is_emptied_meanwhile(site):
    send(site)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(site.journal.wait_for, 2, timeout_s=60)
        site.call("DELETE", "/journal")
        send(site, text="one")
        send(site, text="two")
        assert texts(waiting.result()) == ["one", "two"]


def test_arrived_waits_on_an_event_loop():
    emulator = Emulator()

    async def story():
        async with emulator.app.router.lifespan_context(emulator.app):
            with pytest.raises(TimeoutError, match="0 of 1 entries for text 'x'"):
                await emulator.journal.arrived(text="x", timeout_s=0.01)

    asyncio.run(story())


def test_stopping_lets_those_go_who_wait(site, serve):
    with serve(Emulator()) as own, ThreadPoolExecutor() as pool:
        stream = http.client.HTTPConnection("127.0.0.1", own.port, timeout=30)
        stream.request("GET", "/events")
        response = stream.getresponse()
        waiting = pool.submit(own.call, "GET", "/wait?timeout_s=300")
        own.emulator.release()
        assert waiting.result().status == 504
        assert response.read() == b": here\n\n"
        stream.close()


def test_duplicates_are_told_with_their_entries(site):
    for text in ("once", "twice", "twice"):
        send(site, text=text)
    [found] = site.call("GET", "/duplicates").json["duplicates"]
    ids = [entry["id"] for entry in site.listed(text="twice")["entries"]]
    assert found == {"channel": "telegram", "address": "42", "text": "twice", "count": 2, "ids": ids}


def test_a_refused_send_is_no_duplicate(site):
    site.set_faults({"scripts": [{"channel": "telegram", "address": "42", "answers": ["500"]}]})
    send(site)
    send(site)
    site.journal.assert_no_duplicates()


def test_a_repeat_known_to_the_gateway_is_no_duplicate(site):
    for _ in range(2):
        site.gateway(7, {"id": 7, "phone": 79201234567, "text": "hi"})
    site.journal.assert_no_duplicates()


def test_assert_no_duplicates_names_the_first(site):
    send(site)
    send(site)
    with pytest.raises(AssertionError, match="1 duplicates; 'hello' went 2 times to telegram 42"):
        site.journal.assert_no_duplicates()


def test_duplicates_can_be_looked_for_in_one_inbox(site):
    send(site)
    send(site, token=OTHER)
    site.journal.assert_no_duplicates(token=OTHER)


def test_reset_forgets_journal_faults_and_stories(site):
    magic = "4000000000202"
    assert [send(site, magic).status, send(site, magic).status] == [503, 200]
    site.set_faults({"failure_rate": 1})
    assert site.call("POST", "/reset").status == 204
    assert site.listed()["entries"] == []
    assert site.call("GET", "/faults").json["rules"] == []
    assert [send(site, magic).status, send(site, magic).status] == [503, 200]


class Events:
    """Server-sent events as they come."""

    def __init__(self, site, query="", **headers):
        self._connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        self._connection.request("GET", f"/events{query}", headers=headers)
        self.response = self._connection.getresponse()
        assert self.response.readline() == b": here\n"

    def next(self):
        while not (line := self.response.readline()).startswith(b"data: "):
            pass
        return json.loads(line.removeprefix(b"data: "))

    def close(self):
        self._connection.close()
        self.response.close()


def test_events_tell_of_what_comes(site):
    send(site, text="before")
    events = Events(site)
    send(site, text="after")
    assert events.next()["text"] == "after"
    assert events.response.headers["Content-Type"].startswith("text/event-stream")
    events.close()


def test_events_go_on_where_a_client_left_off(site):
    send(site, text="seen")
    [seen] = site.listed()["entries"]
    send(site, text="missed")
    events = Events(site, **{"Last-Event-ID": str(seen["id"])})
    assert events.next()["text"] == "missed"
    events.close()


def test_events_may_begin_at_an_entry(site):
    send(site, text="first")
    [first] = site.listed()["entries"]
    events = Events(site, f"?since={first['id'] - 1}")
    assert events.next()["text"] == "first"
    events.close()


def test_a_bad_last_event_id_is_a_problem(site):
    assert site.call("GET", "/events", headers={"Last-Event-ID": "x"}).status == 400


def test_a_file_of_an_earlier_version_gets_the_new_columns(serve, tmp_path):
    path = tmp_path / "journal.db"
    with serve(Emulator(path)) as site:
        send(site, text="old")
    with sqlite3.connect(path) as file:
        for column in ("inbox", "account", "subject", "html"):
            file.execute(f"ALTER TABLE entries DROP COLUMN {column}")
    file.close()
    with serve(Emulator(path)) as site:
        send(site, text="new")
        assert [(entry["text"], entry["account"]) for entry in site.journal.entries()] == [
            ("old", ""),
            ("new", "123456"),
        ]


def test_many_may_wait_at_once(site):
    gone = threading.Barrier(9)

    def wait(number):
        gone.wait(30)
        return texts(site.journal.wait_for(1, address=str(number), timeout_s=60))

    with ThreadPoolExecutor(9) as pool:
        waiting = [pool.submit(wait, number) for number in range(1, 9)]
        gone.wait(30)
        for number in range(1, 9):
            send(site, address=str(number), text=str(number))
        assert [one.result() for one in waiting] == [[str(number)] for number in range(1, 9)]


@pytest.mark.parametrize(
    ("words", "found"),
    [("HELLO", {"42", "43"}), ("4", {"42", "43"}), ("43", {"43"}), ("100%", {"43"}), ("_", set()), ("!", {"42"})],
)
def test_a_search_looks_into_texts_and_addresses(site, words, found):
    send(site, address="42", text="hello!")
    send(site, address="43", text="Hello, 100% sure")

    entries = site.listed(search=words)["entries"]

    assert {entry["address"] for entry in entries} == found
