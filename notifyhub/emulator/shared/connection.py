"""How an answer is sent: normally, late, byte by byte, half, or not at all."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable
from typing import Any

from starlette.types import Receive, Send

from notifyhub.emulator.faults import Plan
from notifyhub.emulator.shared.wire import Answer, drop, reply

DROPS = 50
# On, and for 0 seconds: closing then sends a reset instead of an orderly end.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def carry_out(plan: Plan, answer: Answer, receive: Receive, send: Send, *, hang_s: float) -> None:
    """Send `answer` according to `plan`. It was recorded before, so a slow answer is about something that has already
    happened."""
    if plan.latency_s:
        await until_the_client_leaves(receive, plan.latency_s)
    match plan.word:
        case "hang":
            await until_the_client_leaves(receive, hang_s)
            await _hang_up(receive, send)
        case "lost":
            await _hang_up(receive, send)
        case "reset":
            await _hang_up(receive, send, reset=True)
        case "half":
            await _half(answer, send)
            await _hang_up(receive, send)
        case "drip":
            await _drip(answer, plan.drip_s, receive, send)
        case _:
            await reply(send, answer)


async def until_the_client_leaves(receive: Receive, limit_s: float) -> bool:
    """Wait until the time is over or the client leaves; has it left?"""
    try:
        async with asyncio.timeout(limit_s):
            await _departure(receive)
    except TimeoutError:
        return False
    return True


async def unless_the_client_leaves(receive: Receive, answer: Awaitable[Answer]) -> Answer | None:
    """The answer; None, with the work on it cancelled, if the client leaves first."""
    working, leaving = asyncio.ensure_future(answer), asyncio.ensure_future(_departure(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        leaving.cancel()


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang_up(receive: Receive, send: Send, *, reset: bool = False) -> None:
    """End the connection now, in order or by a TCP reset.

    ASGI has no message for this. uvicorn's `receive` belongs to an object that knows the transport. With another
    server, or with a wrapper in between, the connection is closed by an incomplete response, and never reset.
    """
    transport: Any = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        await drop(send)
        return
    if reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()
    else:
        transport.close()
    await _departure(receive)


async def _half(answer: Answer, send: Send) -> None:
    """Announce the complete body, send half of it, and close."""
    await _start(answer, send)
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})


async def _drip(answer: Answer, seconds: float, receive: Receive, send: Send) -> None:
    await _start(answer, send)
    size = max(1, len(answer.body) // DROPS)
    drops = [answer.body[start : start + size] for start in range(0, len(answer.body), size)]
    for one in drops:
        await send({"type": "http.response.body", "body": one, "more_body": True})
        if await until_the_client_leaves(receive, seconds / len(drops)):
            return
    await send({"type": "http.response.body", "body": b""})


async def _start(answer: Answer, send: Send) -> None:
    headers = [(b"content-type", answer.content_type), (b"content-length", b"%d" % len(answer.body)), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
