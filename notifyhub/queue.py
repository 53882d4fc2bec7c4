"""The doorbell queue: a Dramatiq broker that carries "something is due for telegram", and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from time import sleep

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import Middleware

from notifyhub import logs

NAMESPACE = "notifyhub"
PAUSE_S = 0.003
"""Seconds between rounds of ringing: the first ring goes out at once, those that follow closely become one."""
ANSWERS_WITHIN_S = 3.0
"""A broker that takes longer is away, though it may still take connections."""
ENOUGH_BELLS = 100
"""Unanswered rings of one channel, above which one more ring would be useless."""

_log = logs.logger(__name__)


def queue_name(channel: str) -> str:
    return f"due.{channel}"


def actor_name(channel: str) -> str:
    return f"deliver.{channel}"


def make_broker(url: str, middleware: Sequence[Middleware] = ()) -> dramatiq.Broker:
    """A broker for `memory://` or `redis://…`. Connects lazily."""
    if url.startswith("memory"):
        return StubBroker(middleware=list(middleware))
    # Here, because importing redis takes a tenth of a second that embedded use need not spend.
    import redis
    from dramatiq.brokers.redis import RedisBroker

    client = redis.Redis.from_url(url, socket_timeout=ANSWERS_WITHIN_S, socket_connect_timeout=ANSWERS_WITHIN_S)
    return RedisBroker(client=client, middleware=list(middleware), namespace=NAMESPACE)  # type: ignore[no-untyped-call]


class Doorbell:
    """Rings without blocking the caller. Rings that arrive while one is in progress become one."""

    def __init__(self, broker: dramatiq.Broker, channels: Sequence[str]) -> None:
        self._broker = broker
        self._answered_locally: Callable[[str], bool] = lambda channel: False
        self._pump_here: Callable[[str], None] = lambda channel: None
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._down = False
        for channel in channels:
            broker.declare_queue(queue_name(channel))

    def answer_locally(self, answered_locally: Callable[[str], bool], pump_here: Callable[[str], None]) -> None:
        """Ask `answered_locally(channel)` first: True means that a pump in this process has taken the ring.

        While the broker is away, `pump_here(channel)` is called instead: this process delivers what is due itself.
        """
        self._answered_locally = answered_locally
        self._pump_here = pump_here

    def ring(self, channel: str) -> None:
        """Something is due on `channel`. Never fails or blocks; if a ring is lost, the sweep finds the deliveries."""
        if self._answered_locally(channel):
            return
        with self._changed:
            self._wanted.add(channel)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="notifyhub-doorbell", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._closed)
                if self._closed:
                    return
                channels, self._wanted = self._wanted, set()
            for channel in channels:
                self._ring_once(channel)
            sleep(PAUSE_S)

    def _ring_once(self, channel: str) -> None:
        try:
            if unanswered(self._broker, channel) < ENOUGH_BELLS:
                self._broker.enqueue(_bell(channel))
            self._down = False
        except Exception as error:
            if not self._down:
                _log.warning("the broker cannot be reached; the sweeps find what is due: %s", error)
            self._down = True
            self._pump_here(channel)


def unanswered(broker: dramatiq.Broker, channel: str) -> int:
    """The number of rings of a channel that nobody has taken yet. Raises dramatiq's BrokerConnectionError."""
    if isinstance(broker, StubBroker):
        return int(broker.queues[queue_name(channel)].qsize())
    size: int = broker.do_qsize(queue_name(channel))  # type: ignore[attr-defined]
    return size


def is_reachable(broker: dramatiq.Broker, channel: str) -> bool:
    """Does the broker answer?"""
    try:
        unanswered(broker, channel)
    except (BrokerConnectionError, OSError):
        return False
    except Exception:
        _log.debug("the broker did not answer", exc_info=True)
        return False
    return True


def _bell(channel: str) -> dramatiq.Message[None]:
    return dramatiq.Message(
        queue_name=queue_name(channel), actor_name=actor_name(channel), args=(), kwargs={}, options={}
    )
