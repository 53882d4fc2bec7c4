"""The options of our Dramatiq actors, and the report of an actor that crashed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dramatiq
from dramatiq.middleware import Middleware

from notifyhub import logs
from notifyhub.domain.retry import RetryPolicy
from notifyhub.logs.seldom import Seldom

_log = logs.logger(__name__)


class DeliveryRetries(Middleware):
    """Lets an actor declare how its deliveries are retried: `max_attempts`, `retry_base_s`, `retry_cap_s`, `rest_s`.

    And `throws`: exceptions that are no bugs, of which Dramatiq writes no traceback.

    It replaces Dramatiq's Retries: a ring is never retried, a delivery is, and its next try is the `due_at` of its row.
    """

    @property
    def actor_options(self) -> set[str]:
        return {"max_attempts", "retry_base_s", "retry_cap_s", "rest_s", "throws"}

    @staticmethod
    def policy(actor: dramatiq.Actor[Any, Any]) -> RetryPolicy:
        """The policy of an actor; RetryPolicy's defaults for options left out."""
        options = actor.options
        default = RetryPolicy()
        return RetryPolicy(
            max_attempts=options.get("max_attempts", default.max_attempts),
            base_s=options.get("retry_base_s", default.base_s),
            cap_s=options.get("retry_cap_s", default.cap_s),
            rest_s=options.get("rest_s", default.rest_s),
        )


class Shutdown(Middleware):
    """Tells the pumps to stop claiming before Dramatiq waits for its actors to end."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._stop()


class CrashReport(Middleware):
    """Logs in one line that a pump died. It has handed its deliveries back; the next sweep rings again."""

    def __init__(self) -> None:
        self._say = Seldom()

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.MessageProxy,
        *,
        result: Any | None = None,
        exception: BaseException | None = None,
    ) -> None:
        if exception is not None:
            self._say(_log.error, f"{message.actor_name} stopped: {exception}; the sweep will ring again")
