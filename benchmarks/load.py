"""A lean HTTP/1.1 load generator in its own process: closed loop, keep-alive, bounded in time and count, loopback only.

    python -m benchmarks.load --url http://127.0.0.1:8000/v1/messages --connections 32 --seconds 10 \\
        --header 'Authorization: Bearer …' --body-template '{"text":"bench %d","recipients":[{"telegram":"%d"}]}'

Every ``%d`` of the body and the headers becomes the request's serial number, fresh in every run.
"""

import argparse
import asyncio
import ipaddress
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypedDict, cast
from urllib.parse import SplitResult, urlsplit

import httptools
import uvloop

GRACE = 10.0  # seconds for the last answers after the end


class LoadResult(TypedDict):
    """``statuses`` counts by HTTP status, and ``lost`` (connection ended without an answer) and ``refused``."""

    requests: int
    seconds: float
    rate: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]


class Run:
    """What the connections of one run share."""

    def __init__(self, url: SplitResult, headers: Sequence[str], body: str, seconds: float, limit: int) -> None:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [f"POST {target} HTTP/1.1", f"Host: {url.netloc}", "Content-Type: application/json", *headers]
        self._head = "\r\n".join(lines).split("%d")
        self._body = body.split("%d")
        self._serial = time.time_ns() // 1000  # microseconds: a later run never meets an earlier one's serials
        self._left = limit
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.started = self.ended = time.perf_counter()
        self._until = self.started + seconds

    @property
    def going(self) -> bool:
        return self._left > 0 and time.perf_counter() < self._until

    def next_request(self) -> bytes:
        self._left -= 1
        self._serial += 1
        serial = str(self._serial)
        body = serial.join(self._body).encode()
        return f"{serial.join(self._head)}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def result(self) -> LoadResult:
        times = sorted(self.latencies) or [0.0]
        seconds = self.ended - self.started
        return {
            "requests": len(self.latencies),
            "seconds": round(seconds, 3),
            "rate": round(len(self.latencies) / seconds, 1) if seconds else 0.0,
            "p50_ms": round(times[len(times) // 2] * 1000, 3),
            "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 3),
            "statuses": dict(sorted(self.statuses.items())),
        }


class LoadProtocol(asyncio.Protocol):
    """One connection: the next request goes out when the last one is answered."""

    transport: asyncio.Transport

    def __init__(self, run: Run) -> None:
        self.run = run
        self.parser = httptools.HttpResponseParser(self)
        self.sent_at: float | None = None
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.send()

    def send(self) -> None:
        if not self.run.going:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(self.run.next_request())

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if status < 200 or self.sent_at is None:
            return
        self.run.ended = time.perf_counter()
        self.run.latencies.append(self.run.ended - self.sent_at)
        self.run.statuses[str(status)] += 1
        self.sent_at = None
        if self.parser.should_keep_alive():
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.sent_at is not None:
            self.run.statuses["lost"] += 1
        if not self.closed.done():
            self.closed.set_result(None)


async def keep_connected(run: Run, host: str, port: int) -> None:
    """Connect again for as long as the run goes on: a server may close a connection whenever it likes."""
    loop = asyncio.get_running_loop()
    while run.going:
        try:
            _, protocol = await loop.create_connection(lambda: LoadProtocol(run), host, port)
            await protocol.closed
        except OSError:
            run.statuses["refused"] += 1
            await asyncio.sleep(0.05)


async def generate(run: Run, host: str, port: int, connections: int, seconds: float) -> LoadResult:
    tasks = [asyncio.create_task(keep_connected(run, host, port)) for _ in range(connections)]
    _, late = await asyncio.wait(tasks, timeout=seconds + GRACE)
    for task in late:
        task.cancel()
        run.statuses["lost"] += 1
    for task in set(tasks) - late:
        task.result()  # a bug must not pass as a slow server
    return run.result()


def loopback(url: str) -> SplitResult:
    """The parts of ``url``; an error unless it is plain HTTP to this very machine."""
    parts = urlsplit(url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    with suppress(ValueError):
        if parts.scheme == "http" and ipaddress.ip_address(host).is_loopback:
            return parts
    raise argparse.ArgumentTypeError(f"'{url}' is not plain HTTP on loopback, and this tool loads nothing else")


def run_load(
    url: str, body_template: str, *, connections: int = 32, seconds: float = 10, headers: Sequence[str] = ()
) -> LoadResult:
    """Run the generator in a process of its own. ``headers`` are whole lines, ``Name: value``."""
    command = [sys.executable, "-m", "benchmarks.load", "--url", url, "--connections", str(connections)]
    command += ["--seconds", str(seconds), "--body-template", body_template]
    command += [word for header in headers for word in ("--header", header)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=root, timeout=seconds + GRACE + 30)
    result: LoadResult = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="POST as fast as the answers come; one JSON line at the end.")
    parser.add_argument("--url", required=True, type=loopback)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--requests", type=int, default=1_000_000, help="never more than this many")
    parser.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'")
    parser.add_argument("--body-template", required=True)
    given = parser.parse_args()

    async def measured() -> LoadResult:
        run = Run(given.url, given.header, given.body_template, given.seconds, given.requests)
        return await generate(run, given.url.hostname, given.url.port or 80, given.connections, given.seconds)

    print(json.dumps(uvloop.run(measured())))


if __name__ == "__main__":
    main()
