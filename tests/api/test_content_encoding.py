"""Bodies packed with gzip: taken as if they came plain, within the same limit; anything else is refused by name."""

from __future__ import annotations

import gzip
import hmac
import json
import socket
import tracemalloc
import zlib

import pytest

from notifyhub.providers.registry import EMULATED_TOKENS
from notifyhub_api.app import OPERATIONS
from notifyhub_api.operations import Operation
from notifyhub_api.resources.dialects import ITEMS, SENDMSG
from notifyhub_api.unpacking import MOST_MEMBERS
from tests.api.conftest import LATER, Api, Reply

MESSAGES = "/api/v1/messages"
GOOD = {"text": "Hello", "recipients": [{"telegram": "1067000"}], "send_at": LATER}
PLAIN = json.dumps(GOOD).encode()
LIMIT = 100_000  # that of small_api
READ_A_BODY = [operation for operation in OPERATIONS if 413 in operation.problems]


def ask(api: Api, body: bytes, encoding: str = "gzip", path: str = MESSAGES, **headers: str) -> Reply:
    return api.ask("POST", path, body, Content_Encoding=encoding, **headers)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip"])
def test_a_packed_message_is_accepted(small_api: Api, encoding: str) -> None:
    reply = ask(small_api, gzip.compress(PLAIN), encoding)

    assert (reply.status, reply.json["text"]) == (202, "Hello")


@pytest.mark.parametrize("encoding", ["identity", "Identity", " "])
def test_an_encoding_that_is_none_changes_nothing(small_api: Api, encoding: str) -> None:
    assert ask(small_api, PLAIN, encoding).status == 202


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        (f"{MESSAGES}/batch", {"messages": [GOOD]}, 202),
        ("/api/v1/deliveries/status", {"ids": [1]}, 200),
        ("/api/v1/keys", {"name": "shop", "scopes": ["send"]}, 201),
        ("/api/sendmsg", SENDMSG, 202),
        ("/api/", ITEMS, 200),
    ],
)
def test_every_kind_of_request_may_be_packed(small_api: Api, path: str, document: object, status: int) -> None:
    assert ask(small_api, gzip.compress(json.dumps(document).encode()), path=path).status == status


def test_a_receipt_is_signed_over_its_unpacked_body(small_api: Api) -> None:
    signature = hmac.new(EMULATED_TOKENS["viber"].encode(), b"{}", "sha256").hexdigest()

    reply = ask(small_api, gzip.compress(b"{}"), path="/receipts/viber", X_Viber_Content_Signature=signature)

    assert reply.status == 200


def test_a_body_in_several_members_is_one_body(small_api: Api) -> None:
    """As RFC 1952 allows, and tools that pack in parallel do."""
    assert ask(small_api, gzip.compress(PLAIN[:10]) + gzip.compress(PLAIN[10:])).status == 202


def test_a_body_may_have_only_so_many_members(small_api: Api) -> None:
    reply = ask(small_api, gzip.compress(b"") * MOST_MEMBERS + gzip.compress(PLAIN))

    assert (reply.status, reply.faults) == (400, [("$", "broken_gzip")])
    assert f"{MOST_MEMBERS} members" in reply.json["detail"]


def test_no_body_at_all_is_nothing_to_unpack(small_api: Api) -> None:
    """A client that packs whatever it sends may say so of nothing, too."""
    id_ = small_api.create().json["id"]

    assert ask(small_api, b"", path=f"{MESSAGES}/{id_}/retry").status == 200


def test_packed_and_plain_are_the_same_request(small_api: Api) -> None:
    first = small_api.post(MESSAGES, PLAIN, Idempotency_Key="a")

    again = ask(small_api, gzip.compress(PLAIN), Idempotency_Key="a")

    assert (again.status, again.body) == (202, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"


BROKEN = {
    "not gzip": PLAIN,
    "half": gzip.compress(PLAIN)[:-20],
    "without its last byte": gzip.compress(PLAIN)[:-1],
    "one byte": b"\x1f",
    "a wrong checksum": gzip.compress(PLAIN)[:-8] + b"\0" * 8,
    "more behind it": gzip.compress(PLAIN) + b"{}",
    "half a member behind it": gzip.compress(PLAIN) + gzip.compress(b"")[:-1],
    "zlib": zlib.compress(PLAIN),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_gzip_that_is_none_or_not_whole_is_a_400(small_api: Api, body: bytes) -> None:
    reply = ask(small_api, body)

    assert (reply.status, reply.faults) == (400, [("$", "broken_gzip")])
    assert reply.json["detail"].startswith("the body cannot be unpacked: ")
    assert small_api.stored() == 0


OTHERS = ["br", "deflate", "zstd", "compress", "nonsense", "gzip, br", "gzip, gzip", "identity, gzip", "*"]


@pytest.mark.parametrize("encoding", OTHERS)
def test_another_encoding_is_a_415_that_says_which_is_taken(small_api: Api, encoding: str) -> None:
    reply = ask(small_api, PLAIN, encoding)

    assert reply.status == 415
    assert repr(encoding) in reply.json["detail"]
    assert "gzip" in reply.json["detail"]
    assert reply.headers["Accept-Encoding"] == "gzip"
    assert small_api.stored() == 0


def test_encodings_in_several_headers_are_a_list(small_api: Api) -> None:
    head = f"Content-Encoding: gzip\r\nContent-Encoding: br\r\nContent-Length: {len(PLAIN)}"

    assert sent(small_api, head, PLAIN).startswith(b"HTTP/1.1 415 ")


def test_a_very_long_name_is_not_said_back_whole(small_api: Api) -> None:
    assert len(ask(small_api, PLAIN, "x" * 5_000).json["detail"]) < 300


@pytest.mark.parametrize("operation", READ_A_BODY, ids=lambda operation: operation.id)
def test_whatever_reads_a_body_reads_its_encoding(small_api: Api, operation: Operation) -> None:
    named = {"Idempotency_Key": "a"} if operation.takes_names else {}

    reply = small_api.ask(operation.method, operation.path, b"{}", Content_Encoding="br", **named)

    assert reply.status == 415
    assert {400, 413, 415} <= set(operation.problems)


def test_the_limit_is_that_of_the_unpacked_body(small_api: Api) -> None:
    whole = PLAIN + b" " * (LIMIT - len(PLAIN))

    over = ask(small_api, gzip.compress(whole + b" "))

    assert ask(small_api, gzip.compress(whole)).status == 202
    assert (over.status, over.headers["Connection"]) == (413, "close")
    assert over.json["detail"] == f"the body has more than {LIMIT} bytes when it is unpacked"


def test_a_packed_body_over_the_limit_is_refused_as_a_plain_one_is(small_api: Api) -> None:
    assert ask(small_api, b"\x1f" * (LIMIT + 1)).status == 413


def sent(api: Api, head: str, body: bytes) -> bytes:
    """The answer to what is sent by hand, and left there."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=30) as connection:
        lines = f"POST {MESSAGES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\n{head}\r\n\r\n"
        connection.sendall(lines.encode() + body)
        return connection.recv(65_536)


def test_a_bomb_is_refused_before_the_whole_of_it_has_come(small_api: Api) -> None:
    bomb = gzip.compress(b" " * 10 * LIMIT)
    part = bomb[: len(bomb) // 2]

    answer = sent(small_api, f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}", part)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_bomb_takes_no_more_memory_than_the_limit_and_a_little(small_api: Api) -> None:
    bomb = gzip.compress(b" " * 80_000_000)
    assert len(bomb) < LIMIT
    tracemalloc.start()
    try:
        reply = ask(small_api, bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert reply.status == 413
    assert peak < 5_000_000
