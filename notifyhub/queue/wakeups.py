"""Tells consumers of Redis at once that a queue has a new bell. Polling so often would take 4 % of a core."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress

import redis
from redis.client import Pipeline

from notifyhub import logs

LISTEN_S = 1.0
"""How often the thread looks whether it is to stop."""
AGAIN_S = 0.5

_log = logs.logger(__name__)


class Wakeups:
    """One subscription for all consumers of a process. It may miss bells, so consumers look by themselves as well."""

    def __init__(self, client: redis.Redis, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._rung: Counter[str] = Counter()
        self._lock = threading.Lock()
        # One for each queue, so that a bell wakes nobody but who waits for it.
        self._changed: dict[str, threading.Condition] = {}
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def announce(self, queue: str, pipeline: Pipeline) -> None:
        """Let the pipeline wake who waits for this queue, in every process."""
        pipeline.publish(self._topic, queue)

    def rung(self, queue: str) -> int:
        """How often this queue has been announced: for `wait`."""
        return self._rung[queue]

    def wait(self, queue: str, seen: int, timeout_s: float) -> None:
        """Return when the queue has been announced more often than `seen`, or when the time is over."""
        changed = self._of(queue)
        with changed:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="notifyhub-wakeups", daemon=True)
                self._thread.start()
            changed.wait_for(lambda: self._rung[queue] != seen, timeout_s)

    def close(self) -> None:
        """Stop listening; returns when the thread has ended, within about a second."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(LISTEN_S + 1)

    def _run(self) -> None:
        while not self._closed.is_set():
            # Consumers report that Redis is away; they go on looking by themselves.
            with suppress(redis.RedisError, OSError):
                self._listen()
            self._closed.wait(AGAIN_S)

    def _listen(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(self._topic)
            while not self._closed.is_set():
                heard = subscription.get_message(timeout=LISTEN_S)
                if heard is not None:
                    queue = heard["data"].decode()
                    changed = self._of(queue)
                    with changed:
                        self._rung[queue] += 1
                        changed.notify_all()

    def _of(self, queue: str) -> threading.Condition:
        with self._lock:
            if queue not in self._changed:
                self._changed[queue] = threading.Condition(self._lock)
            return self._changed[queue]
