"""The hub: builds database, queue and providers from settings. Its methods are thin doors to the road."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from uuid import UUID

import peewee

from notifyhub import answers, logs
from notifyhub import settings as settings_module
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain.states import Status
from notifyhub.errors import NotFound, SettingsError, WaitTimedOut
from notifyhub.flow import accept
from notifyhub.providers.registry import make_providers
from notifyhub.queue import Doorbell, is_reachable, make_broker
from notifyhub.requests import MessageRequest, as_message_id, as_row_id, check_key, message_request
from notifyhub.settings import Settings
from notifyhub.store import deliveries, keys, messages, views
from notifyhub.store.database import Database
from notifyhub.worker.runtime import Runtime

LOOK_AGAIN_S = 0.2

R = TypeVar("R")

To = Mapping[str, str | int] | Sequence[Mapping[str, str | int]]

_log = logs.logger(__name__)


class Hub:
    """One configuration of notifyhub in this process; usable from any thread.

    Settings come from the arguments (any name of `Settings`), then from `NOTIFYHUB_*` variables, then from defaults.
    Nothing is opened before the first use. With the in-process queue (`memory://`) the hub delivers by itself;
    with Redis it only accepts, and `notifyhub worker` processes deliver. `worker=True` or `False` decides otherwise.

    In a child of `os.fork` it opens anew, with threads and connections of its own.

    Raises SettingsError for a wrong setting, and for single settings beside a whole `Settings`.
    """

    def __init__(self, settings: Settings | None = None, *, worker: bool | None = None, **given: Any) -> None:
        if settings is not None and given:
            raise SettingsError(f"{', '.join(given)}: give either Settings or single settings")
        self.settings = settings or settings_module.load(**given)
        self._delivers = self.settings.uses_memory_broker if worker is None else worker
        self._opening = threading.RLock()
        self._progress = threading.Condition()
        self._opened_by: int | None = None
        self._runtime: Runtime | None = None

    # -- sending

    def send(
        self,
        text: str,
        to: To,
        *,
        at: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        channels: Sequence[str] | None = None,
        max_attempts: int | None = None,
        priority: Literal["urgent", "normal", "bulk"] = "normal",
        deduplicate: Literal["forever", "off"] | int = "forever",
        on_unconfirmed: Literal["at_least_once", "at_most_once"] = "at_least_once",
        reference: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> answers.Message:
        """Store a message for delivery and return it with its deliveries; when this returns, nothing can lose it.

        to  one person's addresses by channel, `{"telegram": "1067000"}`, or a list of such people
        at  not before this moment: an aware datetime or ISO 8601 text with an offset

        The other options are those of `POST /api/v1/messages`.
        Raises InvalidRequest with everything that is wrong, StoreUnavailable when it could not be stored.
        """
        asked: dict[str, Any] = {
            "text": text,
            "recipients": _people(to),
            "channels": list(channels) if isinstance(channels, tuple | set | frozenset) else channels,
            "send_at": at,
            "expires_at": expires_at,
            "max_attempts": max_attempts,
            "priority": priority,
            "deduplicate": deduplicate,
            "on_unconfirmed": on_unconfirmed,
            "reference": reference,
            "metadata": dict(metadata) if isinstance(metadata, Mapping) else {} if metadata is None else metadata,
        }
        return self.submit(asked).result()

    def submit(self, asked: bytes | Mapping[str, Any]) -> Future[answers.Message]:
        """Store a message asked for as JSON text or as its members, without waiting for the commit.

        Raises InvalidRequest at once; the future fails with StoreUnavailable. In asyncio, await
        `asyncio.wrap_future(hub.submit(...))`.
        """
        now = now_ms()
        request = message_request(asked, now=to_datetime(now), max_recipients=self.settings.max_recipients)
        self.open()
        message = accept.to_rows(request, now)
        answer: Future[answers.Message] = Future()
        stored = self._database.write(messages.accept, message)
        stored.add_done_callback(lambda done: self._accepted(request, message, done, answer))
        return answer

    def _accepted(
        self,
        request: MessageRequest,
        message: messages.NewMessage,
        done: Future[messages.Stored],
        answer: Future[answers.Message],
    ) -> None:
        if (error := done.exception()) is not None:
            answer.set_exception(error)
            return
        stored = done.result()
        if stored.delivery_ids and message.due_at <= message.created_at:
            for channel in {d.channel for d in message.deliveries if d.position in stored.delivery_ids}:
                self._doorbell.ring(channel)
        answer.set_result(accept.to_answer(request, message, stored))

    # -- looking

    def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries, or only their counts above 1,000. Raises NotFound."""
        return self.ask(views.message(as_message_id(id_))).result()

    def delivery(self, id_: int) -> answers.Delivery:
        """A delivery with its attempts. Raises NotFound."""
        return self.ask(views.delivery(as_row_id("delivery", id_))).result()

    def messages(self, before: answers.Message | None = None, limit: int = 100) -> list[answers.Message]:
        """The newest messages, or those before the one given; without their deliveries."""
        seen = None if before is None else (round(before.created_at.timestamp() * 1000), before.id)
        return self.ask(views.messages_page(seen, limit)).result()

    def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        """Wait until no delivery of a message is scheduled or being sent, and return it.

        Raises NotFound, and WaitTimedOut after `timeout_s` seconds.
        """
        id_ = message.id if isinstance(message, answers.Message) else as_message_id(message)
        self.ask(views.must_exist(id_)).result()
        ends = monotonic() + timeout_s
        while self.ask(views.is_open(id_)).result():
            left = ends - monotonic()
            if left <= 0:
                raise WaitTimedOut(f"message {id_} is still on its way after {timeout_s:g} s")
            with self._progress:
                # Progress made by another process tells nobody here, hence the look now and then.
                self._progress.wait(min(left, LOOK_AGAIN_S))
        return self.message(id_)

    # -- changing

    def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel every delivery of a message that is not claimed yet. Raises NotFound."""
        uuid = as_message_id(id_)
        self.ask(views.must_exist(uuid)).result()
        cancelled = self._database.write(deliveries.cancel, uuid).result()
        counts = self.ask(views.counts(uuid)).result()
        ended = (Status.SCHEDULED, Status.CANCELLED, Status.FAILED, Status.EXPIRED)
        too_late = sum(count for status, count in counts.items() if status not in ended)
        self._progressed()
        return answers.Cancelled(id=uuid, cancelled=cancelled, too_late=too_late)

    # -- keys

    def create_key(self, name: str, scopes: Sequence[str] = ("admin",)) -> answers.Key:
        """Make an API key. The answer holds the key itself, which is kept nowhere.

        Raises InvalidRequest for an empty name and for scopes that there are not.
        """
        check_key(name, scopes)
        self.open()
        return self._database.write(keys.create, keys.NewKey(name, tuple(scopes), now_ms())).result()

    def keys(self) -> list[answers.Key]:
        """Every API key, without the keys themselves."""
        return self.ask(keys.every).result()

    def revoke_key(self, id_: int) -> None:
        """Revoke an API key. Raises NotFound when there is none, or it is revoked already."""
        self.open()
        if not self._database.write(keys.revoke, (as_row_id("live key", id_), now_ms())).result():
            raise NotFound("live key", id_)

    # -- opening and closing

    @property
    def database(self) -> Database:
        """The open store."""
        self.open()
        return self._database

    @property
    def pumping(self) -> bool:
        """Does this very process deliver?"""
        return self._runtime is not None and self._runtime.pumping

    def ask(self, question: Callable[[peewee.Database], R]) -> Future[R]:
        """Put one of the questions of `store.views` or `store.keys`, on a reader thread."""
        self.open()
        return self._database.read(question)

    def broker_reachable(self) -> bool:
        """Does the queue answer?"""
        self.open()
        return is_reachable(self._broker, next(iter(self.settings.channels())))

    def open(self) -> Self:
        """Open what is not open yet: bring the schema up to date and, where this hub delivers, start delivering.

        Raises SettingsError, StoreUnavailable.
        """
        if self._opened_by != os.getpid():
            with self._opening:
                # After a fork nothing of the parent's threads and connections is of use to the child.
                if self._opened_by != os.getpid():
                    self._open()
        return self

    def close(self, finish_due_s: float = 0.0) -> None:
        """Stop delivering: calls under way are finished (up to `drain_s`), the rest waits in the store.

        A hub that is used again after this opens again.
        `finish_due_s` first gives what is already due this many seconds to go out.
        """
        with self._opening:
            if self._opened_by != os.getpid():
                return
            self.stop_delivering(finish_due_s)
            self._doorbell.close()
            self._broker.close()
            self._database.close()
            self._opened_by = None

    def stop_delivering(self, finish_due_s: float = 0.0) -> None:
        """Finish calls under way (up to `drain_s`) and deliver no more; what is accepted from now on waits."""
        with self._opening:
            if self._runtime is not None:
                self._runtime.finish_due(finish_due_s)
                self._runtime.stop(self.settings.drain_s)
                self._runtime = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        settings = self.settings
        # In a forked child nobody might ever release the parent's.
        self._progress = threading.Condition()
        self._database = Database(settings.effective_database_url)
        self._database.upgrade()
        self._broker = make_broker(settings.broker_url)
        self._doorbell = Doorbell(self._broker, list(settings.channels()))
        if self._delivers:
            providers = make_providers(settings)
            self._runtime = Runtime(settings, self._database, self._broker, self._doorbell, providers, self._progressed)
            self._runtime.start()
        self._opened_by = os.getpid()

    def _progressed(self) -> None:
        with self._progress:
            self._progress.notify_all()


def _people(to: Any) -> Any:
    """`to` as the list that a request holds; what cannot be one is left for the request's own check."""
    if isinstance(to, Mapping):
        return [dict(to)]
    if isinstance(to, str | bytes) or not isinstance(to, Iterable):
        return to
    return [dict(person) if isinstance(person, Mapping) else person for person in to]
