"""/api/v1/messages/batch"""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Answer, Message
from notifyhub.errors import InvalidRequest
from notifyhub.requests import BatchRequest
from notifyhub.store.idempotency import Kept
from notifyhub.verbs import result_of
from notifyhub_api.idempotency import is_named, named, replay
from notifyhub_api.operations import Operation
from notifyhub_api.problems import ProblemError, errors_of
from notifyhub_api.resources.examples import MESSAGE, REQUEST
from notifyhub_api.resources.messages import TAG, is_checked_at_once, linked
from notifyhub_api.web import answer, body_of, caller_of, hub_of


class BatchResult(Answer):
    """The result for one message of a batch."""

    status: Literal[202, 422] = Field(description="the status code it would have got by itself")
    message: Message | None = None
    errors: list[ProblemError] | None = Field(None, description="everything that is wrong with it")


class Batch(Answer):
    """The result for each message, in the order of the request."""

    results: list[BatchResult]


async def create_many(request: Request) -> Response:
    """Accept many messages in one commit."""
    submit, body = hub_of(request).submit_many, await body_of(request)
    if is_named(request):
        return await _create_many_once(request, body)
    by = caller_of(request)
    stored = submit(body, by) if is_checked_at_once(body) else await asyncio.to_thread(submit, body, by)
    batch = _batch(await result_of(stored))
    return answer(batch, _status(batch))


async def _create_many_once(request: Request, body: bytes) -> Response:
    """Accept them, or return the first answer again; the answer is stored in the same transaction as the messages."""
    submit, name = hub_of(request).submit_many_once, await named(request)
    kept = (
        submit(body, name, _to_keep)
        if is_checked_at_once(body)
        else await asyncio.to_thread(submit, body, name, _to_keep)
    )
    return replay(await result_of(kept))


def _to_keep(outcomes: list[Message | InvalidRequest]) -> Kept:
    batch = _batch(outcomes)
    return Kept(_status(batch), None, batch.model_dump_json(exclude_none=True))


def _batch(outcomes: list[Message | InvalidRequest]) -> Batch:
    return Batch(results=[_result(outcome) for outcome in outcomes])


def _status(batch: Batch) -> int:
    return 202 if all(one.status == 202 for one in batch.results) else 200


def _result(outcome: Message | InvalidRequest) -> BatchResult:
    if isinstance(outcome, Message):
        return BatchResult(status=202, message=linked(outcome))
    return BatchResult(status=422, errors=[ProblemError(**error) for error in errors_of(outcome.faults)])


operations = (
    Operation(
        method="POST",
        path="/api/v1/messages/batch",
        endpoint=create_many,
        scope="send",
        tag=TAG,
        summary="Accept up to 1,000 different messages",
        description="Stored in one commit. Each message has its own result, and an error in one does not undo the "
        "others: 202 if all were accepted, 200 if `results` has to be checked. Only a request that is not"
        " a batch is refused as a whole.",
        once="inside",
        request=BatchRequest,
        answers={202: Batch, 200: Batch},
        example_request={"messages": [REQUEST]},
        example_answer={"results": [{"status": 202, "message": MESSAGE}]},
    ),
)
