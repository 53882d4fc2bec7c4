"""How a line is said to a client: at once, in pieces, half, or not at all."""

from __future__ import annotations

import asyncio
import socket
import struct

from notifyhub.emulator.faults import Plan

DROPS = 50
END = b"\r\n"
# On, and for 0 seconds: closing then sends a reset instead of an orderly end.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def say(writer: asyncio.StreamWriter, line: bytes, plan: Plan, *, hang_s: float) -> None:
    """Say `line` in the manner of `plan`. A manner that breaks the connection leaves it closed."""
    match plan.word:
        case "hang":
            await asyncio.sleep(hang_s)
            writer.close()
        case "lost":
            writer.close()
        case "reset":
            _reset(writer)
        case "half":
            # Within the code: many clients take a line without its end for a complete one.
            writer.write(line[:2])
            writer.close()
        case "drip":
            await _drip(writer, line + END, plan.drip_s)
        case _:
            writer.write(line + END)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, line: bytes, seconds: float) -> None:
    size = max(1, len(line) // DROPS)
    drops = [line[start : start + size] for start in range(0, len(line), size)]
    for one in drops:
        writer.write(one)
        await writer.drain()
        await asyncio.sleep(seconds / len(drops))
