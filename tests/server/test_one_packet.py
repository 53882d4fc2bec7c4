"""A response whose body is known goes out in one piece; one that streams is not kept back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from notifyhub.server.limits import Limits
from tests.serving import running

WITHIN_S = 10


async def whole(request: Request) -> Response:
    return PlainTextResponse("Hello")


async def endless(request: Request) -> Response:
    async def parts() -> AsyncIterator[str]:
        yield "first"
        await asyncio.Event().wait()

    return StreamingResponse(parts())


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    app = Starlette(routes=[Route("/whole", whole), Route("/endless", endless)])
    with (
        running(app, limits=Limits()) as port,
        socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S) as opened,
    ):
        yield opened


def ask(connection: socket.socket, path: str) -> None:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def test_head_and_body_arrive_together(connection: socket.socket) -> None:
    for _ in range(20):
        ask(connection, "/whole")

        answer = connection.recv(65_536)

        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\n\r\nHello")


def test_the_first_part_of_a_stream_arrives_while_the_next_is_not_there_yet(connection: socket.socket) -> None:
    ask(connection, "/endless")

    arrived = b""
    while b"first" not in arrived:
        arrived += connection.recv(65_536)

    assert arrived.startswith(b"HTTP/1.1 200 OK\r\n")
