"""What there is to do: signatures and docstrings, once for the hub and for the client of a service.

Everything is a coroutine; `notifyhub.verbs.faces` has the methods that users call. Errors name the arguments of the
Python call (`to[0].telegram`), not the members of the request that it becomes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

from notifyhub.verbs.calls import To, as_arguments, members_of_call

if TYPE_CHECKING:
    # Models take long to make: whoever only has the verbs does without.
    from notifyhub import answers
    from notifyhub.errors import InvalidRequest

Moment = datetime | str | None
"""An aware datetime, or ISO 8601 text with an offset."""

Filter = str | int | datetime | Sequence[str] | None

Outcome: TypeAlias = "answers.Message | InvalidRequest"
"""The result for one message of a batch."""


class Sends(ABC):
    """Whatever sends."""

    async def send(
        self,
        text: str,
        to: To,
        *,
        at: Moment = None,
        expires_at: Moment = None,
        channels: Sequence[str] | None = None,
        max_attempts: int | None = None,
        priority: Literal["urgent", "normal", "bulk"] = "normal",
        deduplicate: Literal["forever", "off"] | int = "forever",
        on_unconfirmed: Literal["at_least_once", "at_most_once"] = "at_least_once",
        options: Mapping[str, Any] | None = None,
        reference: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> answers.Message:
        """Store a message for delivery and return it with its deliveries; when this returns, nothing can lose it.

        to  one person's addresses by channel, `{"telegram": "1067000"}`, or a list of such people
        at  not before this moment: an aware datetime or ISO 8601 text with an offset

        The other options are those of `POST /api/v1/messages`.
        Raises InvalidRequest with everything that is wrong, StoreUnavailable when it could not be stored.
        """
        asked = members_of_call(
            text,
            to,
            at=at,
            expires_at=expires_at,
            channels=channels,
            max_attempts=max_attempts,
            priority=priority,
            deduplicate=deduplicate,
            on_unconfirmed=on_unconfirmed,
            options=options,
            reference=reference,
            metadata=metadata,
        )
        with as_arguments(to):
            return await self.send_as(asked)

    @abstractmethod
    async def send_as(self, asked: Mapping[str, Any]) -> answers.Message:
        """Send what is asked for as the members of `POST /api/v1/messages`."""


class Verbs(Sends):
    """What is done with messages."""

    @abstractmethod
    async def send_many(self, messages: Iterable[Mapping[str, Any]]) -> list[Outcome]:
        """Store up to 1,000 different messages, given as the members of `POST /api/v1/messages`, in one commit.

        Each has its own result, in this order: the message, or everything that is wrong with it; none undoes another.
        Raises InvalidRequest for too many or none at all, StoreUnavailable when nothing could be stored.
        """

    @abstractmethod
    async def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries, or only their counts above 1,000. Raises NotFound."""

    @abstractmethod
    async def delivery(self, id_: int) -> answers.Delivery:
        """A delivery with its attempts. Raises NotFound."""

    @abstractmethod
    async def messages(
        self, /, before: answers.Message | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Message]:
        """The newest messages, or those before the one given; without their deliveries.

        filters: `status`, `channel` (one or several), `address`, `reference`, `created_from`, `created_to`. Those of
        deliveries fit a message of which any one delivery fits all of them. Raises InvalidRequest.
        """

    @abstractmethod
    async def deliveries(
        self, /, before: answers.Delivery | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Delivery]:
        """The newest deliveries, or those before the one given, without their attempts. `filters` as in `messages`."""

    @abstractmethod
    async def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        """Wait until no delivery of a message is scheduled or being sent, and return it.

        Raises NotFound, and WaitTimedOut after `timeout_s` seconds.
        """

    @abstractmethod
    async def why(self, id_: int | str | UUID) -> list[answers.Story]:
        """What happened to a delivery, or to each recipient of a message (the first 1,000), and what happens next.

        A number is a delivery's id, everything else a message's. Raises NotFound.
        """

    @abstractmethod
    async def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel every delivery of a message that is not claimed yet. Raises NotFound."""

    async def change(
        self,
        id_: UUID | str,
        *,
        text: str | EllipsisType = ...,
        at: Moment | EllipsisType = ...,
        expires_at: Moment | EllipsisType = ...,
    ) -> answers.Message:
        """Change a message of which nothing has gone out; what is left out stays. `at=None` is now.

        Raises NotFound, InvalidRequest, and Conflict when any of it was tried already, nothing waits any more, or the
        new text would repeat another delivery.
        """
        with as_arguments():
            return await self.change_as(id_, _given(text=text, send_at=at, expires_at=expires_at))

    @abstractmethod
    async def change_as(self, id_: UUID | str, asked: Mapping[str, Any]) -> answers.Message:
        """Change what is asked for as the members of `PATCH /api/v1/messages/{id}`."""

    async def retry(self, id_: UUID | str, *, expires_at: Moment | EllipsisType = ...) -> answers.Retried:
        """Send what failed, expired or is held as unconfirmed again, with all attempts before it.

        What meanwhile goes out by another delivery is left, and counted as duplicates. Raises NotFound, InvalidRequest,
        and Conflict when the message's end has passed and no new `expires_at` (or None) is given.
        """
        with as_arguments():
            return await self.retry_as(id_, _given(expires_at=expires_at))

    @abstractmethod
    async def retry_as(self, id_: UUID | str, asked: Mapping[str, Any]) -> answers.Retried:
        """Retry as is asked for by the members of `POST /api/v1/messages/{id}/retry`."""

    async def resolve(self, id_: int | str, as_: Literal["sent", "resend", "fail"]) -> answers.Delivery:
        """Say what happened to a delivery that is held as unconfirmed.

        Raises NotFound, InvalidRequest, and Conflict when it is not unconfirmed, or its end has passed.
        """
        with as_arguments():
            return await self.resolve_as(id_, {"as": as_})

    @abstractmethod
    async def resolve_as(self, id_: int | str, asked: Mapping[str, Any]) -> answers.Delivery:
        """Resolve as is asked for by the members of `POST /api/v1/deliveries/{id}/resolve`."""

    @abstractmethod
    async def cancel_deliveries(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        """Cancel whichever of up to 1,000 deliveries are not claimed yet; what became of each, in this order.

        Raises InvalidRequest.
        """

    @abstractmethod
    async def deliveries_by_id(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        """How up to 1,000 deliveries stand, in this order. Raises InvalidRequest."""

    @abstractmethod
    async def channels(self) -> list[answers.Channel]:
        """Every channel. Nothing is called: their health is what the calls of the last minutes say."""

    @abstractmethod
    async def channel(self, name: str) -> answers.Channel:
        """One channel. Raises NotFound."""


class Receives(ABC):
    """Whatever takes receipts."""

    @abstractmethod
    async def receive(self, channel: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Take what the messenger of `channel` posted to its webhook: the raw body, headers by lower-case name.

        When this returns it is stored. Gives the number of receipts whose delivery is known.
        Raises NotSigned, NotFound for a channel without receipts, StoreUnavailable.
        """


class KeyVerbs(ABC):
    """What is done with API keys."""

    async def create(
        self,
        name: str,
        scopes: Sequence[str] = ("admin",),
        *,
        expires_at: Moment = None,
        rate_limit: int | None = None,
    ) -> answers.Key:
        """Make an API key. The answer holds the key itself, which is kept nowhere.

        expires_at  it does not count from this moment on: an aware datetime or ISO 8601 text with an offset
        rate_limit  requests a minute; None leaves it to the setting

        Raises InvalidRequest with everything that is wrong.
        """
        given = {"name": name, "scopes": list(scopes), "expires_at": expires_at, "rate_limit": rate_limit}
        with as_arguments():
            return await self.create_as(given)

    @abstractmethod
    async def create_as(self, asked: Mapping[str, Any]) -> answers.Key:
        """Make the key that is asked for as the members of `POST /api/v1/keys`."""

    @abstractmethod
    async def list(self) -> list[answers.Key]:
        """Every API key, revoked ones too, without the keys themselves."""

    @abstractmethod
    async def get(self, id_: int) -> answers.Key:
        """An API key, without the key itself. Raises NotFound."""

    @abstractmethod
    async def revoke(self, id_: int) -> answers.Key:
        """Revoke an API key; every process refuses it from the moment that this returns.

        Raises NotFound when there is none, or it is revoked already.
        """


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ...}
