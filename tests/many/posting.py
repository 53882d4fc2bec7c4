"""Clients that post messages one by one until all are accepted, whatever is killed meanwhile."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from types import TracebackType
from typing import Any, Self

AGAIN_S = 0.05
ADDRESSES = {
    "telegram": lambda number: str(10_000_000 + number),
    "viber": lambda number: f"{number:011d}A=",
    "whatsapp": lambda number: f"7903{number:07d}",
    "gateway": lambda number: f"7905{number:07d}",
}


def message(number: int) -> dict[str, Any]:
    """Message `number`, to somebody of its own on the channel whose turn it is."""
    channel = list(ADDRESSES)[number % len(ADDRESSES)]
    return {"text": f"message {number}", "recipients": [{channel: ADDRESSES[channel](number)}]}


class Posting:
    """Posts `messages` messages over `clients` connections, each with an Idempotency-Key, and repeats what failed.

    accepted  so far
    troubles  what else was answered, or what happened to a connection: how often
    """

    def __init__(self, address: tuple[str, int], key: str, messages: int, clients: int = 8) -> None:
        self.accepted = 0
        self.troubles: Counter[str] = Counter()
        self._address, self._key, self._messages = address, key, messages
        self._numbers = count()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped.set()
        self.join()

    def join(self) -> None:
        """Wait until all are accepted, or nobody wants them any more."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=30)
        for number in self._mine():
            while not self._stopped.is_set() and not self._post(connection, number):
                time.sleep(AGAIN_S)
        connection.close()

    def _mine(self) -> Iterator[int]:
        while (number := next(self._numbers)) < self._messages:
            yield number

    def _post(self, connection: http.client.HTTPConnection, number: int) -> bool:
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": f"message-{number}"}
        try:
            connection.request("POST", "/api/v1/messages", json.dumps(message(number)), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            trouble = type(error).__name__
        else:
            trouble = "" if answer.status == http.client.ACCEPTED else str(answer.status)
        with self._lock:
            self.accepted += not trouble
            self.troubles.update([trouble] if trouble else [])
        return not trouble
