"""A messenger that costs almost nothing, in its own process: it accepts every Telegram ``sendMessage`` and counts.

The emulator is for behaviour; this is for load, where a framework on the other side would be the slower half.

    python -m benchmarks.sink --port 0 --latency-ms 50      # prints its port when it is ready
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qs, quote, urlsplit

import httptools
import orjson
import uvloop

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class Received:
    """What has arrived since the start or the last reset. Times are epoch seconds."""

    def __init__(self, latency: float, record: bool) -> None:
        self.latency = latency
        self.record = record
        self.message_id = 0
        self.reset()

    def reset(self) -> None:
        self.count = 0
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.arrivals: dict[str, float] = {}

    def accept(self, body: bytes) -> bytes:
        """Count one ``sendMessage``; its success envelope."""
        now = time.time()
        self.count += 1
        self.first_at = self.first_at or now
        self.last_at = now
        request = orjson.loads(body) if body.startswith(b"{") else {}
        if self.record:
            self.arrivals.setdefault(str(request.get("text")), now)
        self.message_id += 1
        chat = {"id": request.get("chat_id", 0), "type": "private"}
        return orjson.dumps({"ok": True, "result": {"message_id": self.message_id, "date": int(now), "chat": chat}})

    def control(self, method: bytes, path: str, query: str) -> bytes | None:
        """The answer to one of our own questions; None if it is none of them."""
        if method == b"GET" and path == "/count":
            return orjson.dumps({"count": self.count, "first_at": self.first_at, "last_at": self.last_at})
        if method == b"POST" and path == "/reset":
            self.reset()
            return b"{}"
        if method == b"GET" and path == "/arrival":
            at = self.arrivals.get(parse_qs(query).get("text", [""])[0])
            return None if at is None else orjson.dumps({"at": at})
        return None


class SinkProtocol(asyncio.Protocol):
    """One keep-alive connection."""

    transport: asyncio.Transport

    def __init__(self, received: Received, loop: asyncio.AbstractEventLoop) -> None:
        self.received = received
        self.loop = loop
        self.parser = httptools.HttpRequestParser(self)
        self.url = b""
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.url = self.body = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        method = self.parser.get_method()
        if method == b"POST" and self.url.endswith(b"/sendMessage") and b"/bot" in self.url:
            answer = self.received.accept(self.body)
            reply = _OK % (len(answer), answer)
            if self.received.latency:
                self.loop.call_later(self.received.latency, self.write, reply)
            else:
                self.write(reply)
            return
        parts = urlsplit(self.url.decode("latin-1"))
        found = self.received.control(method, parts.path, parts.query)
        answer = found or b'{"ok":false,"error_code":404,"description":"Not Found"}'
        self.write((_OK if found else _NOT_FOUND) % (len(answer), answer))

    def write(self, reply: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(reply)


async def serve(port: int, received: Received) -> None:
    """Listen on loopback until the process is stopped; prints the port when ready."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SinkProtocol(received, loop), "127.0.0.1", port, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Sink:
    """The sink in a process of its own, from ``with`` to its end; ``base_url`` is what Telegram's would be."""

    def __init__(self, *, latency_ms: float = 0, record: bool = False) -> None:
        self._command = [sys.executable, "-m", "benchmarks.sink", "--port", "0", "--latency-ms", str(latency_ms)]
        self._command += ["--record"] if record else []

    def __enter__(self) -> Self:
        root = Path(__file__).resolve().parents[1]
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=root)
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            raise RuntimeError(f"the sink ended with {self._process.wait()}")
        self.base_url = f"http://127.0.0.1:{port.decode()}"
        self.pid = self._process.pid
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def count(self) -> dict[str, Any]:
        """``{"count": n, "first_at": epoch seconds or None, "last_at": …}``."""
        return self._ask("/count")

    def reset(self) -> None:
        self._ask("/reset", method="POST")

    def arrival(self, text: str) -> float | None:
        """When the first message with this text arrived, in epoch seconds; None if it has not (needs ``record``)."""
        try:
            return float(self._ask(f"/arrival?text={quote(text)}")["at"])
        except urllib.error.HTTPError:
            return None

    def _ask(self, path: str, method: str = "GET") -> dict[str, Any]:
        request = urllib.request.Request(self.base_url + path, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
            return answer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A messenger for benchmarks: accepts everything and counts.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0, help="answer this much later")
    parser.add_argument("--record", action="store_true", help="keep the arrival time of every text")
    options = parser.parse_args()
    uvloop.run(serve(options.port, Received(options.latency_ms / 1000, options.record)))
