"""What clients owe: a whole head in time, and a body that goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.server.wire import Client, Server, served

SOON_S = 0.2
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-More: "
POST = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%b\r\n"


def post(size: int, path: bytes = b"/", *headers: bytes) -> bytes:
    return POST % (path, size, b"".join(header + b"\r\n" for header in headers))


@pytest.mark.parametrize("sent", [b"", b"G", HALF_A_HEAD, b"\r\n"], ids=["nothing", "a letter", "half", "a blank line"])
def test_a_head_that_does_not_come_whole_in_time_is_a_408(sent: bytes) -> None:
    with served(head_s=SOON_S) as server, server.connect() as client:
        client.send(sent)

        assert client.answer().status == 408
        assert client.rest() == b""


def test_the_refusal_is_a_problem_document_that_says_what_was_waited_for() -> None:
    with served(head_s=SOON_S) as server, server.connect() as client:
        answer = client.answer()

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert answer.json == {
        "type": "about:blank",
        "title": "Request Timeout",
        "status": 408,
        "detail": "the head of the request was not complete after 0.2 s",
    }


@pytest.mark.parametrize("sent", [HALF_A_HEAD, b"\r\n"], ids=["half a head", "a blank line"])
def test_the_next_head_on_a_connection_has_its_time_too(sent: bytes) -> None:
    with served(head_s=SOON_S) as server, server.connect() as client:
        client.send(GET)
        assert client.answer().status == 200
        client.send(sent)

        assert client.answer().status == 408


def test_a_head_that_drips_is_cut_though_something_always_comes() -> None:
    with served(head_s=SOON_S) as server, server.connect() as client:
        dripping = threading.Thread(target=drip, args=(client, HALF_A_HEAD + b"x" * 1_000_000))
        dripping.start()

        assert client.answer().status == 408
        client.socket.close()
        dripping.join()


def drip(client: Client, data: bytes) -> None:
    never = threading.Event()
    try:
        for byte in data:
            client.send(bytes([byte]))
            never.wait(0.01)
    except OSError:
        return


def test_a_connection_that_rests_between_requests_is_left_alone() -> None:
    with served(head_s=SOON_S) as server, server.connect() as client:
        client.send(GET)
        assert client.answer().status == 200
        server.let_the_limit_for_heads_pass()
        server.let_the_limit_for_heads_pass()

        client.send(GET)
        assert client.answer().status == 200


def test_a_body_that_stops_coming_is_a_408() -> None:
    with served(body_s=SOON_S) as server, server.connect() as client:
        client.send(post(10) + b"12345")

        answer = client.answer()

    assert (answer.status, answer.json["detail"]) == (408, "no more of the body arrived for 0.2 s")


def test_the_application_learns_that_the_client_is_gone() -> None:
    with served(body_s=SOON_S) as server, server.connect() as client:
        client.send(post(10))
        client.answer()

        assert server.app.left.wait(60)


def test_the_extension_of_a_chunk_is_no_progress() -> None:
    with served(body_s=SOON_S) as server, server.connect() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5;")
        dripping = threading.Thread(target=drip, args=(client, b"x" * 1_000_000))
        dripping.start()

        assert client.answer().status == 408
        client.socket.close()
        dripping.join()


def test_a_body_that_goes_on_is_taken_however_long_it_is() -> None:
    with served(head_s=0.7, body_s=2) as server, server.connect() as client:
        client.send(post(4))
        for _ in range(4):
            server.let_the_limit_for_heads_pass()
            client.send(b"x")

        assert client.answer().body == b"4"


@pytest.fixture
def patient() -> Iterator[Server]:
    """Both limits are a second, so that what goes on at once is in time on a busy machine too."""
    with served(head_s=1, body_s=1) as server:
        yield server


def let_both_limits_pass(server: Server) -> None:
    server.let_the_limit_for_heads_pass()
    server.let_the_limit_for_heads_pass()


def test_a_body_that_we_do_not_read_is_not_slow(patient: Server) -> None:
    size = 30_000_000  # more than the buffers on the way hold
    with patient.connect() as client:
        sending = threading.Thread(target=client.send, args=(post(size, b"/held") + bytes(size),))
        sending.start()
        let_both_limits_pass(patient)
        patient.app.go_on.set()

        assert client.answer().body == str(size).encode()
        sending.join()


def test_a_client_that_was_not_yet_asked_for_its_body_is_not_slow(patient: Server) -> None:
    with patient.connect() as client:
        client.send(post(5, b"/held", b"Expect: 100-continue"))
        let_both_limits_pass(patient)
        patient.app.go_on.set()
        assert client.answer().status == 100
        client.send(b"12345")

        assert client.answer().body == b"5"


def test_an_answer_that_takes_long_is_not_the_clients_fault(patient: Server) -> None:
    with patient.connect() as client:
        client.send(post(5, b"/held") + b"12345")
        let_both_limits_pass(patient)
        patient.app.go_on.set()

        assert client.answer().body == b"5"


def test_half_a_head_behind_a_request_does_not_cost_its_answer(patient: Server) -> None:
    with patient.connect() as client:
        client.send(post(5, b"/held") + b"12345" + HALF_A_HEAD)
        let_both_limits_pass(patient)
        patient.app.go_on.set()

        assert client.answer().body == b"5"
        assert client.answer().status == 408


def test_requests_in_one_piece_are_answered_one_after_another() -> None:
    with served() as server, server.connect() as client:
        client.send(post(1) + b"x" + GET + post(3) + b"xyz")

        assert [client.answer().body for _ in range(3)] == [b"1", b"0", b"3"]
