"""So many connections at once and no more."""

from __future__ import annotations

from contextlib import ExitStack

from tests.server.wire import Client, Server, served

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def taken(server: Server, open_: ExitStack) -> Client:
    client = open_.enter_context(server.connect())
    client.send(GET)
    assert client.answer().status == 200
    return client


def status_of_another(server: Server) -> int:
    with server.connect() as client:
        client.send(GET)
        return client.answer().status


def test_one_more_is_turned_away_with_503_and_told_to_come_again() -> None:
    with served(connections=2) as server, ExitStack() as open_:
        taken(server, open_)
        taken(server, open_)
        client = open_.enter_context(server.connect())
        client.send(GET)

        answer = client.answer()

        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json["detail"] == "too many connections are open"
        assert client.rest() == b""


def test_those_that_are_open_go_on() -> None:
    with served(connections=1) as server, ExitStack() as open_:
        client = taken(server, open_)
        assert status_of_another(server) == 503

        client.send(GET)
        assert client.answer().status == 200


def test_when_one_closes_there_is_room_again() -> None:
    with served(connections=1) as server, ExitStack() as open_:
        taken(server, open_).socket.close()

        while (status := status_of_another(server)) == 503:
            pass
        assert status == 200


def test_who_was_turned_away_takes_no_place() -> None:
    with served(connections=1) as server, ExitStack() as open_:
        first = taken(server, open_)
        away = open_.enter_context(server.connect())
        assert away.answer().status == 503
        first.socket.close()

        while (status := status_of_another(server)) == 503:
            pass
        assert status == 200
