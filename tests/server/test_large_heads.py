"""Heads have an end, and so has everything else that is not content."""

from __future__ import annotations

import pytest

from tests.server.wire import served

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ONE_HEADER = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: %b\r\n\r\n"
ONE_PATH = b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n"
MANY_HEADERS = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: 1\r\n" * 20_000 + b"\r\n"
ENDLESS = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 200_000
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
TOO_LARGE = {
    "a header": ONE_HEADER % (b"x" * 200_000),
    "a path": ONE_PATH % (b"x" * 200_000),
    "many headers": MANY_HEADERS,
    "no end": ENDLESS,
    "blank lines": b"\r\n" * 100_000,
    "a chunk's extension": CHUNKED + b"3;" + b"x" * 200_000,
    "a trailer": CHUNKED + b"0\r\nX-Trailer: " + b"x" * 200_000,
}


@pytest.mark.parametrize("sent", TOO_LARGE.values(), ids=TOO_LARGE)
def test_more_than_64_kb_is_a_431(sent: bytes) -> None:
    with served() as server, server.connect() as client:
        client.send(sent)

        answer = client.answer()

    assert answer.status == 431
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"] == "the head of a request may have up to 65536 bytes"


def test_it_is_so_behind_another_request_too() -> None:
    with served() as server, server.connect() as client:
        client.send(GET)
        assert client.answer().status == 200
        client.send(TOO_LARGE["a header"])

        assert client.answer().status == 431


@pytest.mark.parametrize("form", [ONE_HEADER, ONE_PATH])
def test_a_head_of_64_kb_is_taken(form: bytes) -> None:
    with served() as server, server.connect() as client:
        client.send(form % (b"x" * 65_000))

        assert client.answer().status == 200


def test_a_body_may_be_as_large_as_it_likes() -> None:
    with served() as server, server.connect() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + bytes(1_000_000) + GET)

        assert client.answer().body == b"1000000"
        assert client.answer().body == b"0"


def test_a_body_in_many_small_chunks_is_taken() -> None:
    with served() as server, server.connect() as client:
        client.send(CHUNKED + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n")

        assert client.answer().body == b"50003"


def test_what_is_not_http_is_a_400_that_says_so() -> None:
    with served() as server, server.connect() as client:
        client.send(b"hello\r\n\r\n")

        answer = client.answer()

    assert (answer.status, answer.json["detail"]) == (400, "this is not valid HTTP: Invalid method encountered")
