"""The verbs of webhooks and events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from notifyhub.verbs.calls import as_arguments

if TYPE_CHECKING:
    from notifyhub import answers

Moment = datetime | str | None


class WebhookVerbs(ABC):
    """Managing the endpoints that events are posted to."""

    async def create(
        self,
        url: str,
        events: Sequence[str] = ("*",),
        *,
        channels: Sequence[str] | None = None,
        mailing_id: int | None = None,
        description: str | None = None,
    ) -> answers.Webhook:
        """Have events posted to a URL. Only this answer has the `secret` that signs the posts.

        events      types, or patterns of types: `delivery.failed`, `mailing.*`, `*` for all
        channels    only events about these channels, and those about no single channel; None: all
        mailing_id  only events about this mailing; None: all

        Raises InvalidRequest, and Conflict if there are too many.
        """
        with as_arguments():
            return await self.create_as(
                {
                    "url": url,
                    "events": list(events),
                    "channels": None if channels is None else list(channels),
                    "mailing_id": mailing_id,
                    "description": description,
                }
            )

    @abstractmethod
    async def create_as(self, asked: Mapping[str, Any]) -> answers.Webhook:
        """Create an endpoint given as the members of `POST /api/v1/webhooks`."""

    @abstractmethod
    async def get(self, id_: int) -> answers.Webhook:
        """An endpoint. Raises NotFound."""

    async def update(self, id_: int, /, **members: Any) -> answers.Webhook:
        """Change members of an endpoint: `url`, `events`, `channels`, `mailing_id`, `description`, `enabled`.

        Raises InvalidRequest, NotFound.
        """
        with as_arguments():
            return await self.update_as(id_, members)

    @abstractmethod
    async def update_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Webhook:
        """Change an endpoint by the members of `PATCH /api/v1/webhooks/{id}`."""

    @abstractmethod
    async def rotate(self, id_: int) -> answers.Webhook:
        """Give an endpoint a new secret, which only this answer has. The former one signs too for a day.

        Raises NotFound.
        """

    @abstractmethod
    async def delete(self, id_: int) -> answers.DeletedWebhook:
        """Delete an endpoint, and what is still to be posted to it. Raises NotFound."""

    @abstractmethod
    async def test(self, id_: int) -> answers.Post:
        """Post the event `webhook.tested` to an endpoint. Raises NotFound, and Conflict if it is disabled."""

    @abstractmethod
    async def posts(
        self, id_: int, /, *, state: str | None = None, before: answers.Post | int | None = None, limit: int = 100
    ) -> list[answers.Post]:
        """The newest events for an endpoint, or those before the given one, each with its tries.

        state  waiting, posting, posted or dead

        Raises NotFound, InvalidRequest.
        """

    async def replay(
        self, id_: int, /, event_id: UUID | str | None = None, *, since: Moment = None, until: Moment = None
    ) -> answers.Reposted:
        """Post once more: one event, or all that the endpoint wants from `since` on (until `until`).

        Raises InvalidRequest, NotFound, and Conflict if it is disabled.
        """
        given = {"event_id": None if event_id is None else str(event_id), "since": since, "until": until}
        with as_arguments():
            return await self.replay_as(id_, {name: value for name, value in given.items() if value is not None})

    @abstractmethod
    async def replay_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Reposted:
        """Replay what the members of `POST /api/v1/webhooks/{id}/replay` say."""

    @abstractmethod
    async def retry(self, id_: int) -> answers.Reposted:
        """Try at once what was given up, and what waits for its next try.

        Raises NotFound, and Conflict if it is disabled.
        """

    @abstractmethod
    async def list(self) -> list[answers.Webhook]:
        """All endpoints, in the order of their ids."""


class EventVerbs(ABC):
    """Reading events."""

    @abstractmethod
    async def list(
        self,
        *,
        after: answers.OutgoingEvent | UUID | str | None = None,
        types: str | Sequence[str] | None = None,
        limit: int = 100,
    ) -> answers.EventPage:
        """Events in their order, from the oldest that is kept or after the given one.

        after  an event or its id; `next` of the page before
        types  types, or patterns of types; None: all

        Raises InvalidRequest.
        """
