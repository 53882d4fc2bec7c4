"""The verbs of a hub, through the REST API of a service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from notifyhub import answers
from notifyhub.client.connection import Connection
from notifyhub.client.files import Upload
from notifyhub.client.problems import error_of, invalid
from notifyhub.client.writing import document, query
from notifyhub.errors import ServiceUnavailable, WaitTimedOut
from notifyhub.verbs import Filter, KeyVerbs, Outcome, Verbs, as_arguments, pause

if TYPE_CHECKING:
    import httpx

A = TypeVar("A", bound=BaseModel)
Page = (
    answers.MessagePage
    | answers.DeliveryPage
    | answers.KeyPage
    | answers.ClientPage
    | answers.ErasurePage
    | answers.MailingPage
    | answers.ReachabilityPage
    | answers.TemplatePage
    | answers.AuditPage
    | answers.WebhookPage
    | answers.PostPage
)
P = TypeVar(
    "P",
    answers.MessagePage,
    answers.DeliveryPage,
    answers.KeyPage,
    answers.ClientPage,
    answers.ErasurePage,
    answers.MailingPage,
    answers.ReachabilityPage,
    answers.TemplatePage,
    answers.AuditPage,
    answers.WebhookPage,
    answers.PostPage,
)

MESSAGES = "/api/v1/messages"
DELIVERIES = "/api/v1/deliveries"
CHANNELS = "/api/v1/channels"
KEYS = "/api/v1/keys"
PAGE = 1_000
LOOK_AGAIN_S = 0.05
LOOK_AT_LEAST_S = 1.0

OPEN = frozenset({"scheduled", "sending"})
MOST_KEYS = 1_000_000


class Service:
    """Makes calls and reads the responses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def ask(
        self,
        model: type[A],
        method: str,
        path: str,
        asked: Mapping[str, Any] | None = None,
        thing: tuple[str, object] | None = None,
        *,
        named: bool = True,
        **parameters: Any,
    ) -> A:
        """Call, and read the response as a model. Raises the error for a refusal."""
        body = None if asked is None else document(asked)
        answer = await self._connection.call(method, path, body, query(parameters), named=named)
        return self._read(model, answer, thing)

    async def upload(self, model: type[A], path: str, body: Upload, **parameters: Any) -> A:
        """POST a file, and read the response as a model."""
        return self._read(model, await self._connection.call("POST", path, body, query(parameters)), None)

    async def download(self, path: str, take: Callable[[bytes], object], **parameters: Any) -> None:
        """Hand over the content of a file, piece by piece. Raises the error for a refusal."""
        answer = await self._connection.download(path, query(parameters), take)
        if not answer.is_success:
            raise error_of(answer)

    def _read(self, model: type[A], answer: httpx.Response, thing: tuple[str, object] | None) -> A:
        if not answer.is_success:
            raise error_of(answer, thing)
        try:
            return model.model_validate_json(answer.content)
        except ValueError as error:
            raise ServiceUnavailable("this version of notifyhub does not understand the response") from error

    async def pages(self, model: type[P], path: str, limit: int, **parameters: Any) -> list[Any]:
        """Up to `limit` items of a list, from as many pages as needed."""
        found: list[Any] = []
        cursor = None
        while len(found) < limit:
            size = min(PAGE, limit - len(found))
            page: Page = await self.ask(model, "GET", path, limit=size, cursor=cursor, **parameters)
            found += page.items
            cursor, parameters = page.next, {**parameters, "before": None, "after": None}
            if cursor is None:
                break
        return found


class Remote(Service, Verbs):
    """The messages of a service."""

    async def send_as(self, asked: Mapping[str, Any]) -> answers.Message:
        return await self.ask(answers.Message, "POST", MESSAGES, _without_none(asked))

    async def send_many(self, messages: Iterable[Mapping[str, Any]]) -> list[Outcome]:
        batch = await self.ask(_Batch, "POST", f"{MESSAGES}/batch", {"messages": list(messages)})
        return [one.message or invalid(one.errors) for one in batch.results]

    async def message(self, id_: UUID | str) -> answers.Message:
        return await self.ask(answers.Message, "GET", _of(id_), thing=("message", id_))

    async def delivery(self, id_: int) -> answers.Delivery:
        return await self.ask(answers.Delivery, "GET", _delivery(id_), thing=("delivery", id_))

    async def messages(
        self, /, before: answers.Message | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Message]:
        seen = None if before is None else before.id
        with as_arguments():
            return await self.pages(answers.MessagePage, MESSAGES, limit, before=seen, **filters)

    async def deliveries(
        self, /, before: answers.Delivery | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Delivery]:
        seen = None if before is None else before.id
        with as_arguments():
            return await self.pages(answers.DeliveryPage, DELIVERIES, limit, before=seen, **filters)

    async def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        id_ = message.id if isinstance(message, answers.Message) else message
        ends, look_again_s = monotonic() + timeout_s, LOOK_AGAIN_S
        while True:
            found = await self.message(id_)
            if not OPEN & (found.counts or {}).keys():
                return found
            left = ends - monotonic()
            if left <= 0:
                raise WaitTimedOut(f"message {id_} is not finished after {timeout_s:g} s")
            await pause(min(left, look_again_s))
            look_again_s = min(LOOK_AT_LEAST_S, look_again_s * 1.5)

    async def why(self, id_: int | str | UUID) -> list[answers.Story]:
        text = str(id_)
        if text.isdigit() and len(text) < 32:
            return [await self.ask(answers.Story, "GET", f"{_delivery(text)}/why", thing=("delivery", text))]
        return (await self.ask(answers.Stories, "GET", f"{_of(text)}/why", thing=("message", text))).items

    async def request_of(self, id_: int) -> answers.MessengerCall:
        return await self.ask(answers.MessengerCall, "GET", f"{_delivery(id_)}/request", thing=("delivery", id_))

    async def cancel(self, id_: UUID | str) -> answers.Cancelled:
        return await self.ask(answers.Cancelled, "POST", f"{_of(id_)}/cancel", thing=("message", id_))

    async def change_as(self, id_: UUID | str, asked: Mapping[str, Any]) -> answers.Message:
        return await self.ask(answers.Message, "PATCH", _of(id_), asked, ("message", id_))

    async def retry_as(self, id_: UUID | str, asked: Mapping[str, Any]) -> answers.Retried:
        return await self.ask(answers.Retried, "POST", f"{_of(id_)}/retry", asked, ("message", id_))

    async def resolve_as(self, id_: int | str, asked: Mapping[str, Any]) -> answers.Delivery:
        return await self.ask(answers.Delivery, "POST", f"{_delivery(id_)}/resolve", asked, ("delivery", id_))

    async def cancel_deliveries(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        with as_arguments():
            done = await self.ask(answers.DeliveryResults, "POST", f"{DELIVERIES}/cancel", {"ids": list(ids)})
        return done.results

    async def bulk_as(self, asked: Mapping[str, Any]) -> answers.BulkResult:
        return await self.ask(answers.BulkResult, "POST", f"{DELIVERIES}/bulk", asked)

    async def deliveries_by_id(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        with as_arguments():
            found = await self.ask(answers.DeliveryResults, "POST", f"{DELIVERIES}/status", {"ids": list(ids)})
        return found.results

    async def channels(self) -> list[answers.Channel]:
        return (await self.ask(answers.Channels, "GET", CHANNELS)).items

    async def channel(self, name: str) -> answers.Channel:
        return await self.ask(answers.Channel, "GET", f"{CHANNELS}/{quote(name, safe='')}", thing=("channel", name))


class RemoteKeys(Service, KeyVerbs):
    """The API keys of a service."""

    async def create_as(self, asked: Mapping[str, Any]) -> answers.Key:
        # The service stores no answer with a secret, so this call takes no Idempotency-Key.
        return await self.ask(answers.Key, "POST", KEYS, _without_none(asked), named=False)

    async def list(self) -> list[answers.Key]:
        found = await self.pages(answers.KeyPage, KEYS, MOST_KEYS)
        return found

    async def get(self, id_: int) -> answers.Key:
        return await self.ask(answers.Key, "GET", f"{KEYS}/{id_}", thing=("key", id_))

    async def revoke(self, id_: int) -> answers.Key:
        return await self.ask(answers.Key, "POST", f"{KEYS}/{id_}/revoke", thing=("live key", id_))


class _Result(BaseModel):
    message: answers.Message | None = None
    errors: list[dict[str, str]] = []


class _Batch(BaseModel):
    results: list[_Result]


def _of(id_: object) -> str:
    return f"{MESSAGES}/{quote(str(id_), safe='')}"


def _delivery(id_: object) -> str:
    return f"{DELIVERIES}/{quote(str(id_), safe='')}"


def _without_none(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}
