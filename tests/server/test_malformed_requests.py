"""What the server itself refuses is a problem document that says why."""

from __future__ import annotations

import pytest

from tests.server.wire import Answer, served

HOST = b"Host: x\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST
REFUSED = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", "the Host is missing"),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "a request may have only one Host"),
    "two hosts in 1.0": (b"GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", "a request may have only one Host"),
    "a host with a space": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "the Host is not that of a URL"),
    "no version": (b"GET /\r\n\r\n", "HTTP/0.9 is not spoken here, only HTTP/1.1"),
    "HTTP/2": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", "HTTP/2.0 is not spoken here, only HTTP/1.1"),
    "another protocol": (b"hello\r\n\r\n", "Invalid method encountered"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "Invalid method encountered"),
    "a method of its own": (b"FOO / HTTP/1.1\r\n" + HOST + b"\r\n", "Invalid method encountered"),
    "a header without a colon": (b"GET / HTTP/1.1\r\n" + HOST + b"oops\r\n\r\n", "Invalid header token"),
    "a zero byte": (b"GET / HTTP/1.1\r\n" + HOST + b"a: b\0c\r\n\r\n", "Invalid header value char"),
    "a bad chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Invalid character in chunk size"),
    "a later bad chunk": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n",
        "Invalid character in chunk size",
    ),
    "two lengths": (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "Content-Length"),
    "a length and chunks": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding",
    ),
}
TAKEN = {
    "HTTP/1.0 without a host": b"GET / HTTP/1.0\r\n\r\n",
    "an empty host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "a host with a port": b"GET / HTTP/1.1\r\nHost: hub.example:8000\r\n\r\n",
    "an IPv6 host": b"GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n",
    "an absolute URL": b"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
}


def answer_to(sent: bytes) -> Answer:
    with served() as server, server.connect() as client:
        client.send(sent)
        return client.answer()


@pytest.mark.parametrize(("sent", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_http_is_refused_with_the_reason(sent: bytes, why: str) -> None:
    answer = answer_to(sent)

    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json["detail"].startswith("this is not valid HTTP: ")
    assert why in answer.json["detail"]
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("sent", TAKEN.values(), ids=TAKEN)
def test_what_is_http_is_taken(sent: bytes) -> None:
    assert answer_to(sent).status == 200


def test_a_bad_request_behind_a_good_one_is_refused_too() -> None:
    with served() as server, server.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.answer().status == 200
        client.send(b"GET / HTTP/1.1\r\n\r\n")

        assert client.answer().json["detail"] == "this is not valid HTTP: the Host is missing"
