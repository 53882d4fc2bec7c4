"""Requests with an idempotency key, which may be repeated safely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from notifyhub import answers
from notifyhub.errors import InvalidRequest, KeyInProgress
from notifyhub.flow import accept, telling
from notifyhub.hub.sending import Sending, outcomes
from notifyhub.store import idempotency, messages
from notifyhub.store.idempotency import Kept, Named, Once, Verdict
from notifyhub.store.lanes import lane_of_key
from notifyhub.store.writer import Job
from notifyhub.verbs import Outcome

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")
Stored = Sequence[tuple[messages.NewMessage, messages.Stored]]


class Repeating(Sending):
    """Sending once, however often it is requested.

    The answer is stored in the same transaction as the messages, so either both exist or neither.
    """

    def submit_once(self, asked: bytes, named: Named, to_keep: Callable[[answers.Message], Kept]) -> Future[Kept]:
        """`submit`, once for its key.

        Raises InvalidRequest at once, unless it was answered before: a fault that appeared since then, such as a passed
        expiry time, does not matter. The future fails with StoreUnavailable, KeyInProgress and KeyReused.
        """
        try:
            request = self.checked(asked, named.now)
        except InvalidRequest as error:
            return self._answered(named, error)
        message = accept.to_rows(request, named.now, lane_of_key(named.consumer))
        wanted: Once[messages.NewMessage, messages.Stored] = Once(
            named, message, lambda stored: to_keep(accept.to_answer(request, message, stored))
        )
        return self._once(messages.accept, wanted, lambda stored: [(message, stored)])

    def submit_many_once(self, asked: bytes, named: Named, to_keep: Callable[[list[Outcome]], Kept]) -> Future[Kept]:
        """`submit_many`, once for its key; fails as `submit_once` does."""
        try:
            checked, rows = self._checked_many(asked, named.now, named.consumer)
        except InvalidRequest as error:
            return self._answered(named, error)
        wanted: Once[list[messages.NewMessage], list[messages.Stored]] = Once(
            named, rows, lambda stored: to_keep(outcomes(checked, rows, stored))
        )
        return self._once(messages.accept_many, wanted, lambda stored: list(zip(rows, stored, strict=True)))

    def _once(self, job: Job[I, R], wanted: Once[I, R], stored_by: Callable[[R], Stored]) -> Future[Kept]:
        kept: Future[Kept] = Future()
        asker = telling.asker(wanted.named.consumer)

        def tell(done: Future[Verdict[R]]) -> None:
            if (error := done.exception()) is not None:
                kept.set_exception(error)
                return
            verdict = done.result()
            if verdict.result is not None:
                self._were_stored(asker, stored_by(verdict.result))
            if verdict.kept is None:
                kept.set_exception(verdict.refusal or KeyInProgress())
            else:
                kept.set_result(verdict.kept)

        self.database.write(idempotency.once(job), wanted).add_done_callback(tell)
        return kept

    def _answered(self, named: Named, otherwise: InvalidRequest) -> Future[Kept]:
        kept: Future[Kept] = Future()

        def tell(done: Future[Verdict[Any] | None]) -> None:
            if (error := done.exception()) is not None:
                kept.set_exception(error)
            elif (verdict := done.result()) is None or verdict.kept is None:
                kept.set_exception(otherwise)
            else:
                kept.set_result(verdict.kept)

        self.ask(idempotency.answered(named)).add_done_callback(tell)
        return kept
