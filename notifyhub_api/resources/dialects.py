"""/api/sendmsg and /api/: request formats of other services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import RootModel, StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from notifyhub import logs
from notifyhub.answers import Answer, Message
from notifyhub.domain.states import Status
from notifyhub.domain.summary import DUPLICATE
from notifyhub.errors import Fault, StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub.requests import MessageRequest, dialects
from notifyhub.requests.fields import REFERENCE
from notifyhub.verbs import result_of
from notifyhub_api.operations import OF_A_BODY, Operation, Parameter, Tag
from notifyhub_api.resources.examples import DELIVERY, MESSAGE
from notifyhub_api.resources.messages import CHECKED_AT_ONCE, linked
from notifyhub_api.web import answer, body_of, caller_of, hub_of

TAG = Tag("dialects", "Request formats of other services; same keys, same messages.")

WENT_OUT = frozenset({Status.SENT, Status.DELIVERED, Status.READ})
ON_THE_WAY = frozenset({Status.SCHEDULED, Status.SENDING, Status.UNCONFIRMED})

R = TypeVar("R")
Id = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
Accepting = Literal["SUCCESS", "PENDING", "FAILED"]
Cancelling = Literal["SUCCESS", "FAIL"]

_log = logs.logger(__name__)


class Accepted(RootModel[dict[Id, Accepting]]):
    """For each item, in order, the id of its message and its result."""


class Links(Answer):
    """Where clients, messages and mailings are."""

    clients: str = "/api/clients/"
    messages: str = "/api/messages/"
    mailings: str = "/api/mailings/"


class Standing(RootModel[Links | dict[str, Accepting]]):
    """The status of each message by its id; links, if no ids are given."""


class CancelledIds(RootModel[dict[str, Cancelling]]):
    """For each id, whether its message was cancelled."""


async def sendmsg(request: Request) -> Response:
    """Accept one text for several people on several messengers."""
    stored = await _handed_over(request, _sent)
    message = await result_of(stored)
    return answer(linked(message), 202, headers={"Location": f"/api/v1/messages/{message.id}"})


async def post(request: Request) -> Response:
    """Accept items, each a message of its own."""
    items = await _handed_over(request, _submitted)
    futures = [result_of(item) for item in items if isinstance(item, Future)]
    stored = await asyncio.gather(*futures, return_exceptions=True)
    if stored and all(isinstance(outcome, StoreUnavailable) for outcome in stored):
        raise StoreUnavailable(str(stored[0]))
    outcomes = iter(stored)
    return answer(Accepted(dict(_told(next(outcomes) if isinstance(item, Future) else item) for item in items)))


async def status(request: Request) -> Response:
    """Status of messages, by their ids in the query or in a JSON body. Without ids: links."""
    hub, body = hub_of(request), await body_of(request)
    if not body and not request.query_params:
        return answer(Links())
    asked = body or {"messages_id": request.query_params.getlist("messages_id")}
    ids = dialects.asked_ids(asked, most=hub.settings.max_recipients)
    found = await hub.standings(_uuids(ids))
    return answer(Standing({id_: _standing(found.get(uuid) if uuid else None) for id_, uuid in _known(ids)}))


async def cancel(request: Request) -> Response:
    """Cancel deliveries that are not being sent yet."""
    hub = hub_of(request)
    ids = dialects.unwanted_ids(await body_of(request), most=hub.settings.max_recipients)
    cancelled = await _cancelled(hub, _uuids(ids))
    return answer(CancelledIds({id_: "SUCCESS" if uuid in cancelled else "FAIL" for id_, uuid in _known(ids)}))


async def _handed_over(request: Request, work: Callable[[Core, bytes, int], R]) -> R:
    """Do `work` to the body, on behalf of the caller; on a thread if it would take long."""
    hub, body, by = hub_of(request), await body_of(request), caller_of(request)
    return work(hub, body, by) if len(body) <= CHECKED_AT_ONCE else await asyncio.to_thread(work, hub, body, by)


def _sent(hub: Core, body: bytes, caller: int) -> Future[Message]:
    settings = hub.settings
    return hub.submit(dialects.sendmsg(body, most=settings.max_recipients, region=settings.default_region), caller)


def _submitted(hub: Core, body: bytes, caller: int) -> list[Future[Message] | list[Fault]]:
    """Each item submitted without waiting, so that they share commits, or everything that is wrong with it."""
    items = dialects.items(body, most=hub.settings.max_recipients, region=hub.settings.default_region)
    return [hub.submit(item, caller) if isinstance(item, MessageRequest) else item for item in items]


def _told(outcome: Message | BaseException | Sequence[Fault]) -> tuple[str, Accepting]:
    match outcome:
        case Message(id=id_, status=word):
            return id_.hex, "PENDING" if word == DUPLICATE else "SUCCESS"
        case BaseException():
            _log.warning("an item was not stored: %s", outcome)
        case faults:
            _log.info("an item was refused: %s", "; ".join(f"{fault.path} {fault.message}" for fault in faults))
    return uuid7().hex, "FAILED"


def _standing(word: str | None) -> Accepting:
    if word in WENT_OUT:
        return "SUCCESS"
    return "PENDING" if word in ON_THE_WAY else "FAILED"


async def _cancelled(hub: Core, ids: Sequence[UUID]) -> set[UUID]:
    """The messages of which something was cancelled, now or before."""
    counts = await hub.cancel_many(ids)
    stand = await hub.standings(ids)
    return {id_ for id_ in ids if counts[id_] or stand.get(id_) == Status.CANCELLED}


def _known(ids: Sequence[str]) -> list[tuple[str, UUID | None]]:
    return [(id_, _uuid(id_)) for id_ in ids]


def _uuids(ids: Sequence[str]) -> list[UUID]:
    return [uuid for _, uuid in _known(ids) if uuid is not None]


def _uuid(text: str) -> UUID | None:
    """None for an invalid id: there is no such message."""
    try:
        return UUID(text)
    except ValueError:
        return None


FIRST, SECOND, THIRD = (f"01a1fdc9524d76a2a653642f75c95f{end}" for end in ("e1", "e2", "e3"))
SENDMSG: dict[str, Any] = {
    "sender": {"id": "17", "name": "Shop"},
    "messengers_list": ["Whatsapp", "Viber", "Telegramm"],
    "users_list": [1067000],
    "deffered_time": "",
    "message": "Hello",
}
ITEMS: dict[str, Any] = {
    "Telegram": [
        {"user_id": 1067000, "message": "message_1", "date_time": "2019-12-30T16:09:00+03:00"},
        {"user_id": 1067000, "message": "message_1", "date_time": "2019-12-30T16:09:00+03:00"},
    ],
    "WhatsApp": [{"user_id": 1067000, "message": "message_1", "date_time": "2126-12-30T16:09:00+03:00"}],
}
CHANNELS = ("whatsapp", "viber", "telegram")

operations = (
    Operation(
        method="POST",
        path="/api/sendmsg",
        aliases=["/api/sendmsg/"],
        endpoint=sendmsg,
        scope="send",
        tag=TAG,
        summary="Accept one text for several people on several messengers",
        description="One recipient for each user, with that address on each messenger named. Empty texts mean "
        '"not given"; `deferred_time` works as well as `deffered_time`. The sender is kept as metadata.',
        request=dialects.SendRequest,
        answers={202: Message},
        headers={"Location": "path of the message"},
        example_request=SENDMSG,
        example_answer={
            **MESSAGE,
            "metadata": {"sender": SENDMSG["sender"]},
            "accepted": 3,
            "deliveries": [{**DELIVERY, "id": 17 + i, "channel": channel} for i, channel in enumerate(CHANNELS)],
        },
    ),
    Operation(
        method="POST",
        path="/api/",
        aliases=["/api"],
        endpoint=post,
        scope="send",
        tag=TAG,
        summary="Accept items, each a message of its own",
        description="One id for each item, in order. `SUCCESS`: queued. `PENDING`: this person already got this text,"
        " or is about to. `FAILED`: not accepted; the log says why, under the request's id, and nothing "
        "is stored under the item's id. An error in one item does not undo the others. The case of the "
        "messengers' names does not matter. With a `date_time` in the past an item is sent at once.",
        request=dialects.Items,
        answers={200: Accepted},
        example_request=ITEMS,
        example_answer={FIRST: "SUCCESS", SECOND: "PENDING", THIRD: "SUCCESS"},
    ),
    Operation(
        method="GET",
        path="/api/",
        aliases=["/api"],
        endpoint=status,
        scope="read",
        tag=TAG,
        summary="Status of messages, or links",
        description="Without ids: links to clients, messages and mailings. `SUCCESS`: sent. `PENDING`: waiting or "
        "being sent. `FAILED`: it will never be sent (failed, expired, cancelled, or not everybody was reached), or "
        "there is no such message. The id of an item that was answered with `PENDING` has the status of the message "
        'that it repeats. The ids may also be sent as a JSON body, `{"messages_id": ["…"]}`.',
        parameters=[
            Parameter(
                "messages_id",
                "query",
                {"type": "array", "items": REFERENCE, "minItems": 1, "examples": [[FIRST, SECOND]]},
                "ids of messages; repeat the parameter",
            )
        ],
        answers={200: Standing},
        refusals=OF_A_BODY,
        example_answer={FIRST: "SUCCESS", SECOND: "SUCCESS", THIRD: "PENDING"},
    ),
    Operation(
        method="PUT",
        path="/api/",
        aliases=["/api"],
        endpoint=cancel,
        scope="send",
        tag=TAG,
        summary="Cancel deferred messages",
        description="`SUCCESS`: what was still waiting is cancelled, now or earlier. "
        "`FAIL`: too late, or there is no such message.",
        request=dialects.Unwanted,
        answers={200: CancelledIds},
        example_request={"message_id": [FIRST, THIRD]},
        example_answer={FIRST: "FAIL", THIRD: "SUCCESS"},
    ),
)
