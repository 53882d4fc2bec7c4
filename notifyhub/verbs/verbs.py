"""The verbs' signatures and docstrings, shared by the hub and the client of a service.

All of them are coroutines; `notifyhub.verbs.faces` has the methods that users call. Errors name the arguments of the
Python call (`to[0].telegram`), not the members of the request made from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

from notifyhub.verbs.calls import Channels, To, as_arguments, members_of_call

if TYPE_CHECKING:
    # Models take long to build; those who need only the verbs do without them.
    from notifyhub import answers
    from notifyhub.errors import InvalidRequest

Moment = datetime | str | None
"""An aware datetime, or ISO 8601 text with an offset."""

Filter = str | int | datetime | Sequence[str] | None

Outcome: TypeAlias = "answers.Message | InvalidRequest"
"""The result for one message of a batch."""


class Sends(ABC):
    """Sending messages."""

    async def send(
        self,
        text: str | None = None,
        to: To = (),
        *,
        template: str | None = None,
        variables: Mapping[str, Any] | None = None,
        language: str | None = None,
        at: Moment = None,
        expires_at: Moment = None,
        channels: Channels | None = None,
        max_attempts: int | None = None,
        priority: Literal["urgent", "normal", "bulk"] = "normal",
        deduplicate: Literal["forever", "off"] | int = "forever",
        on_unconfirmed: Literal["at_least_once", "at_most_once"] = "at_least_once",
        options: Mapping[str, Any] | None = None,
        ignore_reachability: bool = False,
        reference: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> answers.Message:
        """Store a message for delivery and return it with its deliveries. Once this returns, it cannot be lost.

        to        one person's addresses by channel, `{"telegram": "1067000"}`, or a list of such people
        template  instead of `text`: the name of a template, with `variables` and a `language` of its variants
        at        earliest time to send: an aware datetime, or ISO 8601 text with a UTC offset
        channels  each of these, or `{"first_of": ["viber", "gateway"], "confirm_within": timedelta(minutes=10)}`: one
                  after the other until one gets through; `confirm_within` may be left out

        The other options are those of `POST /api/v1/messages`.
        Raises InvalidRequest with everything that is wrong, StoreUnavailable if it could not be stored.
        """
        asked = members_of_call(
            text,
            to,
            template=template,
            variables=variables,
            language=language,
            at=at,
            expires_at=expires_at,
            channels=channels,
            max_attempts=max_attempts,
            priority=priority,
            deduplicate=deduplicate,
            on_unconfirmed=on_unconfirmed,
            options=options,
            ignore_reachability=ignore_reachability,
            reference=reference,
            metadata=metadata,
        )
        with as_arguments(to):
            return await self.send_as(asked)

    @abstractmethod
    async def send_as(self, asked: Mapping[str, Any]) -> answers.Message:
        """Send a message given as the members of `POST /api/v1/messages`."""


class Verbs(Sends):
    """Sending, looking up and changing messages."""

    @abstractmethod
    async def send_many(self, messages: Iterable[Mapping[str, Any]]) -> list[Outcome]:
        """Store up to 1,000 different messages, given as the members of `POST /api/v1/messages`, in one commit.

        Each has its own result, in the same order: the message, or everything that is wrong with it. An error in one
        does not undo the others.
        Raises InvalidRequest for none or too many, StoreUnavailable if nothing could be stored.
        """

    @abstractmethod
    async def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries; above 1,000 only with their counts. Raises NotFound."""

    @abstractmethod
    async def delivery(self, id_: int) -> answers.Delivery:
        """A delivery with its attempts. Raises NotFound."""

    @abstractmethod
    async def messages(
        self, /, before: answers.Message | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Message]:
        """The newest messages, or those before the given one, without their deliveries.

        filters: `status`, `channel` (one or several), `address`, `reference`, `mailing_id`, `client_id`, `reason`,
        `operator_code`, `text` (part of it, in capital or small letters), `created_from`, `created_to`. Filters of
        deliveries select messages with at least one delivery that matches all of them. `order`: `newest` (default) or
        `oldest` first. Raises InvalidRequest.
        """

    @abstractmethod
    async def deliveries(
        self, /, before: answers.Delivery | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Delivery]:
        """The newest deliveries, or those before the given one, without their attempts. `filters` as in `messages`."""

    @abstractmethod
    async def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        """Wait until no delivery of a message is scheduled or being sent, and return it.

        Raises NotFound, and WaitTimedOut after `timeout_s` seconds.
        """

    @abstractmethod
    async def why(self, id_: int | str | UUID) -> list[answers.Story]:
        """What happened to a delivery, or to each recipient of a message (the first 1,000), and what happens next.

        A number is the id of a delivery, anything else that of a message. Raises NotFound.
        """

    @abstractmethod
    async def request_of(self, id_: int, /) -> answers.MessengerCall:
        """The call to the messenger that a delivery makes with the current settings, secrets masked.

        It is built anew and not sent; past calls are not stored. Raises NotFound, and Conflict if it cannot
        be told: the address was removed, or the channel or account is not set up here.
        """

    @abstractmethod
    async def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel all deliveries of a message that are not being sent yet. Raises NotFound."""

    async def change(
        self,
        id_: UUID | str,
        *,
        text: str | EllipsisType = ...,
        at: Moment | EllipsisType = ...,
        expires_at: Moment | EllipsisType = ...,
    ) -> answers.Message:
        """Change an unsent message; arguments left out change nothing. `at=None` means now.

        Raises NotFound, InvalidRequest, and Conflict if a delivery was tried already, none is waiting any more, or the
        new text would repeat another delivery.
        """
        with as_arguments():
            return await self.change_as(id_, _given(text=text, send_at=at, expires_at=expires_at))

    @abstractmethod
    async def change_as(self, id_: UUID | str, asked: Mapping[str, Any]) -> answers.Message:
        """Change a message as the members of `PATCH /api/v1/messages/{id}` say."""

    async def retry(self, id_: UUID | str, *, expires_at: Moment | EllipsisType = ...) -> answers.Retried:
        """Retry failed, expired and unconfirmed deliveries, with all attempts available again.

        Deliveries whose content another delivery has meanwhile sent, or is sending, are left alone and counted as
        duplicates. Raises NotFound, InvalidRequest, and Conflict if the message has expired and no new `expires_at` (or
        None) is given.
        """
        with as_arguments():
            return await self.retry_as(id_, _given(expires_at=expires_at))

    @abstractmethod
    async def retry_as(self, id_: UUID | str, asked: Mapping[str, Any]) -> answers.Retried:
        """Retry as the members of `POST /api/v1/messages/{id}/retry` say."""

    async def resolve(self, id_: int | str, as_: Literal["sent", "resend", "fail"]) -> answers.Delivery:
        """Say what happened to a delivery that is held as unconfirmed.

        Raises NotFound, InvalidRequest, and Conflict if it is not unconfirmed, or has expired.
        """
        with as_arguments():
            return await self.resolve_as(id_, {"as": as_})

    @abstractmethod
    async def resolve_as(self, id_: int | str, asked: Mapping[str, Any]) -> answers.Delivery:
        """Resolve as the members of `POST /api/v1/deliveries/{id}/resolve` say."""

    @abstractmethod
    async def cancel_deliveries(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        """Cancel up to 1,000 deliveries, if they are not being sent yet. Returns a result for each, in the same order.

        Raises InvalidRequest.
        """

    async def bulk(
        self,
        action: Literal["cancel", "retry", "reschedule"],
        /,
        *,
        ids: Iterable[int] | None = None,
        at: Moment | EllipsisType = ...,
        dry_run: bool = False,
        **filters: Filter,
    ) -> answers.BulkResult:
        """Cancel, retry or reschedule up to 1,000 deliveries by `ids`, or all that match `filters`, as in `deliveries`.

        `cancel` and `reschedule` change deliveries that are not being sent yet, `retry` those that failed, with all
        attempts available again. All others are left alone and counted, and so is whatever is accepted meanwhile.

        at       the new time to send, to reschedule: an aware datetime, or ISO 8601 text with a UTC offset; None: now
        dry_run  only count; nothing is changed

        It is done in slices. If the process is killed in between, the rest is unchanged: ask for it again.
        Raises InvalidRequest, and StoreUnavailable if the store was lost on the way.
        """
        asked = _given(send_at=at) | {"action": action, "dry_run": dry_run}
        if ids is not None:
            asked["ids"] = list(ids)
        if given := {name: value for name, value in filters.items() if value is not None}:
            asked["filter"] = given
        with as_arguments():
            return await self.bulk_as(asked)

    @abstractmethod
    async def bulk_as(self, asked: Mapping[str, Any]) -> answers.BulkResult:
        """Act as the members of `POST /api/v1/deliveries/bulk` say."""

    @abstractmethod
    async def deliveries_by_id(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        """Up to 1,000 deliveries, in the same order. Raises InvalidRequest."""

    @abstractmethod
    async def channels(self) -> list[answers.Channel]:
        """All channels. No messenger is called: their health is derived from the calls of the last minutes."""

    @abstractmethod
    async def channel(self, name: str) -> answers.Channel:
        """One channel. Raises NotFound."""


class Receives(ABC):
    """Accepting receipts."""

    @abstractmethod
    async def receive(self, channel: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Accept what the messenger of `channel` posted to its webhook: the raw body, and headers by lower-case name.

        Once this returns, it is stored. Returns the number of receipts whose delivery is known.
        Raises NotSigned, NotFound for a channel without receipts, StoreUnavailable.
        """


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ...}
