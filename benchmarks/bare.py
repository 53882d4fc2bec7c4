"""A yardstick for servers: bare Starlette on uvicorn, JSON in and JSON out, in its own process. It keeps nothing.

python -m benchmarks.bare      # prints its URL when it is ready
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.processes import end

ROOT = Path(__file__).resolve().parents[1]
NAME = "bare Starlette + uvicorn, JSON in and out, keeps nothing"


async def echo(request: Request) -> Response:
    """Say back what was said."""
    return JSONResponse({"id": "0", "status": "scheduled", **await request.json()}, status_code=202)


@contextmanager
def bare_server() -> Iterator[str]:
    """The server in a process of its own; yields the URL to POST to."""
    command = [sys.executable, "-m", "benchmarks.bare"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        if not url:
            raise RuntimeError("the bare server did not start")
        yield url
    finally:
        end(process)


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
    config = uvicorn.Config(Starlette(routes=[Route("/", echo, methods=["POST"])]), log_level="error", access_log=False)
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
