"""Odd orders of events, and odd contents, over REST."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub_api.app import make_app
from tests.api.conftest import LATER, Api, Reply
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram, until
from tests.mailings.counters import counters_of, rows_of
from tests.serving import running

PATH = "/api/v1/mailings"
TEXTS = (
    "🐢 sale 👨\u200d👩\u200d👧",
    "مرحبا \u202eabc",
    "שלום",
    "e\u0301\u0301\u0301",
    "a\nb\n\tc",
    "<b>&amp;</b>",
    "%s {x} \\n",
    "x" * 4096,
)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def api(hub: Hub, emulator: RunningEmulator) -> Iterator[Api]:
    """The service of a hub that delivers, on each store."""
    with running(make_app(hub)) as port:
        yield Api(hub, port)


def create(api: Api, **members: Any) -> Reply:
    return api.post(PATH, {"name": "Sale", "text": "Hello", "channels": ["telegram"], **members})


def change(api: Api, id_: int, **members: Any) -> Reply:
    return api.ask("PATCH", f"{PATH}/{id_}", orjson.dumps(members))


def test_a_scheduled_mailing_whose_start_is_moved_into_the_past_starts(api: Api) -> None:
    fill(api.hub, 2)
    mailing = create(api, starts_at=soon(3600).isoformat()).json

    assert change(api, mailing["id"], starts_at="2020-01-01T00:00:00Z").status == 200

    done = until(api.hub, mailing["id"], lambda found: found.status == "finished")
    assert counted(done) == {"sent": 2}


@pytest.mark.parametrize(("ends_at", "status"), [("2020-01-01T00:00:00Z", 422), (None, 200), (LATER, 200)])
def test_an_end_in_the_past_is_refused_while_it_runs_and_none_is_fine(
    api: Api, emulator: RunningEmulator, ends_at: str | None, status: int
) -> None:
    fill(api.hub, 1)
    emulator.script("telegram", telegram(0), {"status": 429, "retry_after": 60})
    mailing = create(api, ends_at=soon(3600).isoformat()).json

    assert change(api, mailing["id"], ends_at=ends_at).status == status
    assert api.get(f"{PATH}/{mailing['id']}").json["status"] == "running"


def test_a_text_that_changes_at_the_moment_of_the_start_is_the_old_one_or_the_new_one_for_all(
    api: Api, emulator: RunningEmulator
) -> None:
    fill(api.hub, 10)
    mailing = create(api, starts_at=soon(0.15).isoformat()).json
    texts, number = ["Hello"], 0
    while (reply := change(api, mailing["id"], text=f"Hello {number}")).status == 200:
        texts.append(f"Hello {number}")
        number += 1

    assert reply.status == 409
    until(api.hub, mailing["id"], lambda found: found.counts["sent"] == 10)
    assert {text for _, _, text in emulator.accepted()} == {texts[-1]}
    assert api.get(f"{PATH}/{mailing['id']}").json["text"] == texts[-1]


def test_a_mailing_that_was_cancelled_is_not_revived_by_a_retry(api: Api, emulator: RunningEmulator) -> None:
    fill(api.hub, 5)
    emulator.faults(failure_rate=1, failure="blocked")
    window = {"from": f"{soon(3600 * 2):%H:%M}", "to": f"{soon(3600 * 3):%H:%M}"}
    api.hub.clients.create("79991110000", addresses={"telegram": "5"}, timezone="+00:00")
    for client in api.hub.clients.list()[1:]:
        api.hub.clients.update(client.id, timezone="+02:00")
    mailing = create(api, send_window=window).json
    until(api.hub, mailing["id"], lambda found: found.counts["failed"] == 5 and found.counts["scheduled"] == 1)
    emulator.faults()

    assert api.post(f"{PATH}/{mailing['id']}/cancel", {}).json["cancelled"] == 1
    assert api.post(f"{PATH}/{mailing['id']}/retry-failed", {}).status == 409

    done = until(api.hub, mailing["id"], lambda found: not found.counts["scheduled"])
    assert counted(done) == {"failed": 5, "cancelled": 1}
    assert not emulator.accepted()


def test_a_retry_while_it_runs_reaches_only_those_who_failed(api: Api, emulator: RunningEmulator) -> None:
    fill(api.hub, 6)
    emulator.faults(rules=[{"address": telegram(n), "answer": "blocked", "count": 1} for n in (1, 3)])
    emulator.rule(address=telegram(5), answer={"status": 429, "retry_after": 2}, count=1)
    mailing = create(api).json
    until(api.hub, mailing["id"], lambda found: found.counts["failed"] == 2)

    reply = api.post(f"{PATH}/{mailing['id']}/retry-failed", {})

    assert (reply.status, reply.json["retried"]) == (200, 2)
    assert counted(ended(api.hub, api.hub.mailings.get(mailing["id"]))) == {"sent": 6}
    assert set(emulator.accepted().values()) == {1}


def test_a_mailing_with_nobody_in_the_directory_is_finished(api: Api) -> None:
    mailing = create(api, ends_at=soon(3600).isoformat()).json

    done = until(api.hub, mailing["id"], lambda found: found.status != "running")
    assert (done.status, done.matched, counted(done)) == ("finished", 0, {})
    assert api.get(f"{PATH}/{mailing['id']}/stats").json["progress"] == 1.0


def test_what_was_sent_stays_in_the_statistics_of_a_deleted_mailing(api: Api, emulator: RunningEmulator) -> None:
    fill(api.hub, 4)
    emulator.rule(address=telegram(3), answer={"status": 429, "retry_after": 60})
    mailing = create(api).json
    until(api.hub, mailing["id"], lambda found: found.counts["sent"] == 3 and found.counts["scheduled"] == 1)

    reply = api.ask("DELETE", f"{PATH}/{mailing['id']}")

    assert (reply.json["cancelled"], reply.json["too_late"]) == (1, 3)
    overall = api.get("/api/v1/stats").json["by_status"]
    assert (overall["sent"], overall["cancelled"], overall["scheduled"]) == (3, 1, 0)
    assert len(api.get(f"/api/v1/deliveries?mailing_id={mailing['id']}").json["items"]) == 4
    assert counters_of(core_of(api.hub)) == rows_of(core_of(api.hub))


@pytest.mark.parametrize(
    "text", ["🐢 sale 👨‍👩‍👧‍👦", "مرحبا \u202eabc", "שלום", "é́́́", "a\nb\r\n\tc", "<b>&amp;</b>", "x" * 4096]
)
def test_whatever_the_text_is_it_arrives_unchanged(api: Api, emulator: RunningEmulator, text: str) -> None:
    fill(api.hub, 1)
    name = text[:255].strip()

    mailing = create(api, text=text, name=name).json

    assert (mailing["name"], mailing["text"]) == (name, text)
    until(api.hub, mailing["id"], lambda found: found.counts["sent"] == 1)
    assert emulator.accepted() == {("telegram", telegram(0), text): 1}


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({"text": "x" * 4097}, [("$.text", "too_long")]),
        ({"text": "x" * 4097, "channels": ["gateway", "telegram"]}, [("$.text", "too_long")]),
        ({"name": "x" * 256}, [("$.name", "too_long")]),
        ({"name": "\u0000"}, [("$.name", "encoding")]),
        ({"name": "  "}, [("$.name", "empty")]),
        ({"text": "\u200b"}, [("$.text", "empty")]),
        ({"channels": ["telegram", "telegram"]}, [("$.channels", "repeated")]),
        ({"channels": "telegram"}, [("$.channels", "type")]),
        ({"priority": "highest"}, [("$.priority", "unknown_value")]),
        ({"max_attempts": 0}, [("$.max_attempts", "too_small")]),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(api: Api, members: dict[str, Any], faults: Any) -> None:
    reply = create(api, **members)

    assert (reply.status, reply.faults) == (422, faults)
    assert api.get(PATH).json["items"] == []


@pytest.mark.parametrize("id_", ["0", "-1", "x", "99", "9223372036854775807", "9223372036854775808", "1e3", "%00"])
@pytest.mark.parametrize("action", ["start", "pause", "resume", "cancel", "retry-failed", "stats"])
def test_a_mailing_that_does_not_exist_cannot_be_moved(api: Api, id_: str, action: str) -> None:
    method = "GET" if action == "stats" else "POST"

    reply = api.ask(method, f"{PATH}/{id_}/{action}", b"" if method == "POST" else None)

    assert reply.status == 404
