"""The service's responses as the hub's errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from notifyhub.errors import (
    Conflict,
    Fault,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotifyhubError,
    ServiceUnavailable,
)

if TYPE_CHECKING:
    import httpx

# 409 with Retry-After: the first try of this call is still in progress.
_AGAIN = frozenset({408, 429, 502, 503, 504})
_SHOWN = 200


def is_worth_another_try(answer: httpx.Response, named: bool = True) -> bool:
    """Is a retry worthwhile? A call that is not `named` by an Idempotency-Key must not be done twice."""
    if not named:
        return answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    in_progress = answer.status_code == HTTPStatus.CONFLICT and "retry-after" in answer.headers
    return in_progress or answer.status_code in _AGAIN


def retry_after_s(answer: httpx.Response | None) -> float | None:
    """Seconds to wait, as the service says: RFC 9110, section 10.2.3, a number or a date. None: it does not say."""
    said = "" if answer is None else answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def error_of(answer: httpx.Response, thing: tuple[str, object] | None = None) -> NotifyhubError:
    """The error for an unsuccessful response. `thing`: kind and key of the object that was asked for."""
    problem = _document(answer)
    if problem is None:
        return ServiceUnavailable(unreadable(answer))
    detail = str(problem.get("detail", ""))
    match answer.status_code:
        case HTTPStatus.NOT_FOUND if thing is not None:
            return NotFound(*thing)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return NotAllowed(detail)
        case HTTPStatus.CONFLICT:
            return Conflict(detail)
    errors = problem.get("errors")
    if isinstance(errors, list) and errors:
        return invalid(errors)
    return NotifyhubError(f"{answer.status_code}: {detail}")


def invalid(errors: Sequence[Any]) -> InvalidRequest:
    """The `errors` of a problem document, or of one message of a batch."""
    told = [error if isinstance(error, dict) else {} for error in errors]
    return InvalidRequest(
        [Fault(str(one.get("path", "$")), str(one.get("code", "")), str(one.get("message", ""))) for one in told]
    )


def unreadable(answer: httpx.Response | None) -> str:
    """A response in one line, for people."""
    if answer is None:
        return "no answer"
    problem = _document(answer)
    if problem is not None:
        return f"{answer.status_code}: {problem.get('detail', '')}"
    if answer.is_redirect:
        return f"it redirects to {answer.headers.get('location', '')}: give that URL if it is the service's"
    shown = " ".join(answer.text[:_SHOWN].split())
    return f"this is not a response of notifyhub: {answer.status_code} {shown}"


def _document(answer: httpx.Response) -> dict[str, Any] | None:
    """The problem document in a response, if there is one."""
    try:
        told = json.loads(answer.content)
    except ValueError:
        return None
    return told if isinstance(told, dict) and "status" in told and "title" in told else None
