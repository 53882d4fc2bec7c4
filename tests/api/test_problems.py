"""Bad input: every fault at once with its JSON path, as RFC 9457 has it, and nothing stored."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifyhub import Hub
from notifyhub.requests import MessageRequest
from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker

GOOD = {"text": "Hello", "recipients": [{"telegram": "1067000"}]}
PAST = "2020-01-01T00:00:00Z"


def assert_problem(reply: Reply, status: int) -> None:
    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json["status"] == status
    assert {"type", "title", "detail"} <= reply.json.keys()


def test_everything_wrong_is_told_at_once_with_its_path(small_api: Api) -> None:
    reply = small_api.post(
        "/api/v1/messages",
        {
            "txt": "Hello",
            "text": "x" * 5000,
            "recipients": [{"telegram": "x"}, {"sms": "1"}, {}, 5, {"viber": "01234567890A="}],
            "channels": ["telegram", "pigeon"],
            "send_at": "2126-12-01T10:00:00",
            "expires_at": PAST,
            "max_attempts": 0,
            "priority": "high",
            "deduplicate": "never",
            "on_unconfirmed": "maybe",
            "reference": "",
            "metadata": [],
        },
    )

    assert_problem(reply, 422)
    assert sorted(reply.faults) == sorted(
        [
            ("$.txt", "unknown_field"),
            ("$.text", "too_long"),
            ("$.recipients[0].telegram", "form"),
            ("$.recipients[1].sms", "unknown_field"),
            ("$.recipients[1]", "no_address"),
            ("$.recipients[2]", "empty"),
            ("$.recipients[3]", "type"),
            ("$.recipients[4]", "no_address"),
            ("$.channels[1]", "unknown_value"),
            ("$.send_at", "naive"),
            ("$.expires_at", "past"),
            ("$.max_attempts", "too_small"),
            ("$.priority", "unknown_value"),
            ("$.deduplicate", "form"),
            ("$.on_unconfirmed", "unknown_value"),
            ("$.reference", "empty"),
            ("$.metadata", "type"),
        ]
    )
    assert all(error["message"] for error in reply.json["errors"])
    assert small_api.stored() == 0


MEMBERS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"text": ...}, [("$.text", "missing")]),
    ({"text": None}, [("$.text", "type")]),
    ({"text": 5}, [("$.text", "type")]),
    ({"text": ["Hello"]}, [("$.text", "type")]),
    ({"text": ""}, [("$.text", "empty")]),
    ({"text": " \n\t\u00a0"}, [("$.text", "empty")]),
    ({"text": "a\x00b"}, [("$.text", "encoding")]),
    ({"text": "a\ud800b"}, [("$.text", "encoding")]),
    ({"recipients": ...}, [("$.recipients", "missing")]),
    ({"recipients": None}, [("$.recipients", "type")]),
    ({"recipients": []}, [("$.recipients", "empty")]),
    ({"recipients": {"telegram": "1"}}, [("$.recipients", "type")]),
    ({"recipients": "telegram"}, [("$.recipients", "type")]),
    ({"recipients": [{}]}, [("$.recipients[0]", "empty")]),
    ({"recipients": [None]}, [("$.recipients[0]", "type")]),
    ({"recipients": [["telegram"]]}, [("$.recipients[0]", "type")]),
    ({"recipients": [{"sms": "1"}]}, [("$.recipients[0].sms", "unknown_field")]),
    ({"recipients": [{"telegram": None}]}, [("$.recipients[0].telegram", "type")]),
    ({"recipients": [{"telegram": True}]}, [("$.recipients[0].telegram", "type")]),
    ({"recipients": [{"telegram": 1.5}]}, [("$.recipients[0].telegram", "type")]),
    ({"recipients": [{"telegram": ["1"]}]}, [("$.recipients[0].telegram", "type")]),
    ({"recipients": [{"telegram": ""}]}, [("$.recipients[0].telegram", "form")]),
    ({"recipients": [{"telegram": "+79161234567"}]}, [("$.recipients[0].telegram", "form")]),
    ({"recipients": [{"telegram": 2**52}]}, [("$.recipients[0].telegram", "form")]),
    ({"recipients": [{"telegram": 10**400}]}, [("$.recipients[0].telegram", "form")]),
    ({"recipients": [{"telegram": "\u0661\u0662"}]}, [("$.recipients[0].telegram", "form")]),
    ({"recipients": [{"telegram": "1\x00"}]}, [("$.recipients[0].telegram", "form")]),
    ({"recipients": [{"viber": "79161234567"}]}, [("$.recipients[0].viber", "form")]),
    ({"recipients": [{"whatsapp": "0123456789"}]}, [("$.recipients[0].whatsapp", "form")]),
    ({"recipients": [{"gateway": "16505551234"}]}, [("$.recipients[0].gateway", "form")]),
    ({"recipients": [{"telegram": str(i)} for i in range(1, 7)]}, [("$.recipients", "too_many")]),
    ({"channels": []}, [("$.channels", "empty")]),
    ({"channels": "telegram"}, [("$.channels", "type")]),
    ({"channels": [None]}, [("$.channels[0]", "type")]),
    ({"channels": ["Telegram"]}, [("$.channels[0]", "unknown_value")]),
    ({"channels": ["viber"]}, [("$.recipients[0]", "no_address")]),
    ({"send_at": 1_700_000_000}, [("$.send_at", "form")]),
    ({"send_at": True}, [("$.send_at", "form")]),
    ({"send_at": "tomorrow"}, [("$.send_at", "form")]),
    ({"send_at": "2126-12-01"}, [("$.send_at", "form")]),
    ({"send_at": "2126-02-30T10:00:00Z"}, [("$.send_at", "form")]),
    ({"send_at": "2126-12-01T10:00:00"}, [("$.send_at", "naive")]),
    ({"send_at": "9999-12-31T23:59:59-05:00"}, [("$.send_at", "form")]),
    ({"send_at": "0001-01-01T00:00:00+05:00"}, [("$.send_at", "form")]),
    ({"expires_at": PAST}, [("$.expires_at", "past")]),
    (
        {"send_at": "2126-12-01T10:00:00Z", "expires_at": "2126-12-01T10:00:00Z"},
        [("$.expires_at", "too_early")],
    ),
    ({"max_attempts": True}, [("$.max_attempts", "type")]),
    ({"max_attempts": 5.5}, [("$.max_attempts", "type")]),
    ({"max_attempts": "5"}, [("$.max_attempts", "type")]),
    ({"max_attempts": 101}, [("$.max_attempts", "too_large")]),
    ({"max_attempts": 10**400}, [("$.max_attempts", "too_large")]),
    ({"priority": None}, [("$.priority", "unknown_value")]),
    ({"priority": 1}, [("$.priority", "unknown_value")]),
    ({"deduplicate": None}, [("$.deduplicate", "form")]),
    ({"deduplicate": True}, [("$.deduplicate", "form")]),
    ({"deduplicate": 0}, [("$.deduplicate", "form")]),
    ({"deduplicate": 60.5}, [("$.deduplicate", "form")]),
    ({"deduplicate": 10**400}, [("$.deduplicate", "form")]),
    ({"on_unconfirmed": False}, [("$.on_unconfirmed", "unknown_value")]),
    ({"reference": "x" * 256}, [("$.reference", "too_long")]),
    ({"reference": "\ud800"}, [("$.reference", "encoding")]),
    ({"metadata": None}, [("$.metadata", "type")]),
    ({"metadata": {"a": 2**64}}, [("$.metadata", "form")]),
    ({"metadata": {"a": "\ud800"}}, [("$.metadata", "form")]),
    (
        {"a b": 1, "é'": 2, "": 3},
        [("$['a b']", "unknown_field"), (r"$['\u00e9\'']", "unknown_field"), ("$['']", "unknown_field")],
    ),
]


@pytest.mark.parametrize(("members", "faults"), MEMBERS, ids=[repr(members)[:60] for members, _ in MEMBERS])
def test_a_wrong_member_is_named_once_and_nothing_is_stored(
    small_api: Api, members: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    reply = small_api.create(**{"send_at": ..., **members})

    assert_problem(reply, 422)
    assert reply.faults == faults
    assert small_api.stored() == 0


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"Hello"', b"[" * 100 + b"]" * 100])
def test_a_body_that_is_no_object_is_refused(small_api: Api, body: bytes) -> None:
    reply = small_api.post("/api/v1/messages", body)

    assert_problem(reply, 422)
    assert reply.faults == [("$", "type")]


BROKEN = {
    "nothing": b"",
    "half": b'{"text": "Hello"',
    "trailing": json.dumps(GOOD).encode() + b"}",
    "comment": b"/* */ {}",
    "form": b"text=Hello",
    "bom": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "not utf-8": b'{"text": "\xff", "recipients": [{"telegram": "1"}]}',
    "utf-16": json.dumps(GOOD).encode("utf-16"),
    "nan": b'{"text": "Hello", "recipients": [{"telegram": "1"}], "metadata": {"a": NaN}}',
    "infinity": b'{"text": "Hello", "recipients": [{"telegram": "1"}], "metadata": {"a": -Infinity}}',
    "too deep": b"[" * 50_000 + b"]" * 50_000,
    "too deep inside": b'{"metadata": ' + b'{"a": ' * 10_000 + b"1" + b"}" * 10_001,
    "a number of 5,000 digits": b'{"max_attempts": ' + b"9" * 5_000 + b"}",
    "raw control character": b'{"text": "a\x01"}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_json_is_a_400(small_api: Api, body: bytes) -> None:
    reply = small_api.post("/api/v1/messages", body)

    assert_problem(reply, 400)
    assert reply.faults == [("$", "broken_json")]
    assert small_api.stored() == 0


def test_infinity_by_overflow_is_refused(small_api: Api) -> None:
    body = b'{"text": "Hello", "recipients": [{"telegram": "1"}], "metadata": {"a": 1e999}}'

    assert small_api.post("/api/v1/messages", body).faults == [("$.metadata", "form")]


def test_names_that_stand_twice_are_refused_because_one_of_them_would_be_lost(small_api: Api) -> None:
    body = b'{"text": "a", "text": "b", "recipients": [{"telegram": "1", "telegram": "2"}]}'

    reply = small_api.post("/api/v1/messages", body)

    assert_problem(reply, 422)
    assert sorted(reply.faults) == [("$.recipients[0].telegram", "repeated"), ("$.text", "repeated")]


def test_a_member_name_of_half_a_surrogate_pair_is_refused(small_api: Api) -> None:
    assert_problem(small_api.post("/api/v1/messages", {**GOOD, "\ud800": 1}), 422)


def test_thousands_of_faults_are_counted_and_the_first_thousand_listed(
    make_hub: HubMaker, serve: Callable[[Hub], Api]
) -> None:
    api = serve(make_hub(worker=False))

    reply = api.create(recipients=[{"telegram": "x"}] * 3_000)

    assert_problem(reply, 422)
    assert len(reply.json["errors"]) == 1_000
    assert "3000 things are wrong" in reply.json["detail"]


def raw(api: Api, head: str, body: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", api.port), timeout=30) as connection:
        lines = f"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n{head}\r\n\r\n"
        connection.sendall(lines.encode() + body)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


def test_a_body_declared_too_large_is_refused_before_it_is_read(small_api: Api) -> None:
    answer = raw(small_api, "Content-Length: 100001", b"")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(small_api: Api) -> None:
    chunk = b"c350\r\n" + b" " * 50_000 + b"\r\n"

    answer = raw(small_api, "Transfer-Encoding: chunked", chunk * 2 + b"1\r\n \r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer


def test_the_largest_body_is_taken(small_api: Api) -> None:
    body = json.dumps(GOOD).encode()

    assert small_api.post("/api/v1/messages", body + b" " * (100_000 - len(body))).status == 202
    assert_problem(small_api.post("/api/v1/messages", body + b" " * (100_001 - len(body))), 413)


def test_a_path_that_is_not_there_is_a_problem(small_api: Api) -> None:
    assert_problem(small_api.get("/api/v1/nonsense"), 404)


def test_a_method_that_is_not_there_is_a_problem_that_names_those_that_are(small_api: Api) -> None:
    reply = small_api.ask("DELETE", "/api/v1/messages")

    assert_problem(reply, 405)
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_store_that_vanished_is_a_503_that_tells_nothing_of_the_inside(
    make_hub: HubMaker, serve: Callable[[Hub], Api], postgres: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE vanishing")
        api = serve(make_hub(worker=False, database_url=postgres.rpartition("/")[0] + "/vanishing"))
        assert api.create().status == 202  # which also has the key remembered for a second
        connection.execute("DROP DATABASE vanishing WITH (FORCE)")

    reply = api.create(text="Lost")

    assert_problem(reply, 503)
    assert reply.json["type"] == "/problems/store-unavailable"
    assert reply.headers["Retry-After"] == "1"
    assert not any(word in reply.body for word in (b"127.0.0.1", b"postgres", b"vanishing", b"Traceback"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["telegram", "1", "off"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(sorted(MessageRequest.model_fields))
almost_good = st.dictionaries(names, json_values, max_size=3).map(lambda members: {**GOOD, **members})
bodies = st.one_of(
    st.binary(max_size=200),
    (json_values | almost_good).map(lambda value: json.dumps(value).encode()),
    almost_good.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
def test_no_body_whatever_breaks_the_service_and_only_a_202_stores(small_api: Api, body: bytes) -> None:
    before = small_api.stored()

    reply = small_api.post("/api/v1/messages", body)

    assert reply.status in (202, 400, 422)
    assert small_api.stored() - before == (reply.status == 202)
