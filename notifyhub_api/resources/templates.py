"""/api/v1/templates"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import RenderedText, Template, TemplatePage, TemplateVersions
from notifyhub.domain.addresses import FORMS
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.hub.core import Core
from notifyhub.requests.templates import LANGUAGE, LARGEST_VERSION, NAME, PreviewRequest, TemplateRequest
from notifyhub_api import list_tables, paging
from notifyhub_api.operations import CSV, Operation, Parameter, Tag
from notifyhub_api.web import answer, body_of, hub_of

TABLE = list_tables.Table("templates", Template)
TAG = Tag("templates", "Named texts with variables, in several languages and for several channels.")
NAMED = Parameter("name", "path", {"type": "string", "pattern": NAME, "examples": ["code"]}, "name of a template")
VERSION = Parameter(
    "version", "query", {"type": "integer", "minimum": 1, "maximum": LARGEST_VERSION}, "default: the newest"
)
AFTER = Parameter("after", "query", {"type": "string"}, "name of the template before the page; instead of `cursor`")
CODE: dict[str, Any] = {
    "name": "code",
    "version": 2,
    "created_at": "2026-11-28T11:06:31.885000Z",
    "variants": [
        {"text": "Your code is {{ code }}"},
        {"text": "Ваш код: <b>{{ code }}</b>", "language": "ru", "channel": "telegram", "parse_mode": "HTML"},
    ],
}


async def store(request: Request) -> Response:
    """Store a variant of a template."""
    template = await hub_of(request).templates.set_as(await body_of(request))
    return answer(template, 201, headers={"Location": f"/api/v1/templates/{template.name}"})


async def find(request: Request) -> Response:
    """Templates by name."""
    limit, after = paging.limit_of(request), _after(request)
    if list_tables.wanted(request):
        return await list_tables.tabled(request, TABLE, partial(_some, hub_of(request)), after)
    # One more than requested shows whether there is a next page.
    found = await hub_of(request).templates.list(after, limit + 1)
    cursor = _cursor(found[limit - 1].name) if len(found) > limit else None
    return answer(TemplatePage(items=found[:limit], next=cursor), headers=paging.link_header(request, cursor))


async def _some(hub: Core, after: str | None) -> tuple[Sequence[Template], str | None]:
    """Those after this name, and the name to go on from."""
    found = await hub.templates.list(after, list_tables.SLICE)
    return found, found[-1].name if len(found) == list_tables.SLICE else None


async def read(request: Request) -> Response:
    """A template."""
    return answer(await hub_of(request).templates.get(request.path_params["name"], _version(request)))


async def versions(request: Request) -> Response:
    """The newest versions of a template."""
    limit = paging.limit_of(request)
    return answer(TemplateVersions(items=await hub_of(request).templates.versions(request.path_params["name"], limit)))


async def preview(request: Request) -> Response:
    """Preview a template."""
    body = await body_of(request)
    return answer(await hub_of(request).templates.preview_as(request.path_params["name"], body))


async def delete(request: Request) -> Response:
    """Remove variants of a template."""
    language, channel = (request.query_params.get(name) for name in ("language", "channel"))
    faults = []
    if language is not None and not re.fullmatch(LANGUAGE, language):
        faults.append(Fault("$.language", "form", "must be a language such as ru or pt-BR"))
    if channel is not None and channel not in FORMS:
        faults.append(Fault("$.channel", "unknown_value", f"there is no such channel; there are {', '.join(FORMS)}"))
    if faults:
        raise InvalidRequest(faults)
    name = request.path_params["name"]
    return answer(await hub_of(request).templates.delete(name, language=language, channel=channel))


def _version(request: Request) -> int | None:
    text = request.query_params.get("version")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and 1 <= int(text[:11]) <= LARGEST_VERSION:
        return int(text)
    raise InvalidRequest([Fault("$.version", "form", "must be a whole number from 1")])


def _after(request: Request) -> str | None:
    after, cursor = request.query_params.get("after"), request.query_params.get("cursor")
    if after is not None and cursor is not None:
        raise InvalidRequest([Fault("$.after", "too_many", "goes without a cursor")])
    if cursor is None:
        # No name is beyond these characters, so nothing is lost.
        return None if after is None else "".join(char for char in after if char != "\x00" and char.isascii())
    try:
        name = urlsafe_b64decode(cursor.encode()).decode("ascii")
    except ValueError:
        name = ""
    if not re.fullmatch(NAME, name) or _cursor(name) != cursor:
        raise InvalidRequest([paging.FOREIGN])
    return name


def _cursor(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _channels() -> dict[str, object]:
    return {"type": "string", "enum": [*FORMS]}


operations = (
    Operation(
        method="POST",
        path="/api/v1/templates",
        endpoint=store,
        scope="send",
        tag=TAG,
        summary="Store a template, or a variant of it",
        description="The text for a language and a channel, or for all. Each change makes a new `version`; a variant "
        "that is there already makes none. What is wrong in a text is told with its line and column.",
        request=TemplateRequest,
        answers={201: Template},
        headers={"Location": "path of the template"},
        example_request={"name": "code", "text": "Your code is {{ code }}"},
        example_answer={**CODE, "version": 1, "variants": CODE["variants"][:1]},
    ),
    Operation(
        method="GET",
        path="/api/v1/templates",
        endpoint=find,
        scope="read",
        tag=TAG,
        summary="Templates, by name",
        parameters=[AFTER, *paging.PARAMETERS, list_tables.FORMAT],
        answers={200: TemplatePage},
        tables=[CSV],
        headers=paging.HEADERS,
        example_answer={"items": [CODE]},
    ),
    Operation(
        method="GET",
        path="/api/v1/templates/{name}",
        endpoint=read,
        scope="read",
        tag=TAG,
        summary="A template, as it is now or was",
        parameters=[NAMED, VERSION],
        answers={200: Template},
        example_answer=CODE,
    ),
    Operation(
        method="GET",
        path="/api/v1/templates/{name}/versions",
        endpoint=versions,
        scope="read",
        tag=TAG,
        summary="The newest versions of a template, and what changed in them",
        parameters=[NAMED, paging.PARAMETERS[0]],
        answers={200: TemplateVersions},
        example_answer={
            "items": [
                {
                    "version": 2,
                    "created_at": "2026-11-28T11:06:31.885000Z",
                    "language": "ru",
                    "channel": "telegram",
                    "removed": False,
                },
                {"version": 1, "created_at": "2026-11-28T11:04:02.100000Z", "removed": False},
            ]
        },
    ),
    Operation(
        method="POST",
        path="/api/v1/templates/{name}/preview",
        endpoint=preview,
        scope="read",
        tag=TAG,
        summary="The text that a template makes",
        description="Of variables, of a client of the directory, or of both. A variable that is missing, or that the "
        "template does not read, is an error that names it.",
        parameters=[NAMED],
        request=PreviewRequest,
        answers={200: RenderedText},
        example_request={"variables": {"code": "7194"}},
        example_answer={"text": "Your code is 7194", "length": 17, "version": 2},
    ),
    Operation(
        method="DELETE",
        path="/api/v1/templates/{name}",
        endpoint=delete,
        scope="send",
        tag=TAG,
        summary="Remove a template, or variants of it",
        description="All variants, or those of a language and of a channel. Messages and mailings that use an older "
        "version keep it. The answer has what is left.",
        parameters=[
            NAMED,
            Parameter("language", "query", {"type": "string", "pattern": LANGUAGE}, "only variants of this language"),
            Parameter("channel", "query", _channels, "only variants for this channel"),
        ],
        answers={200: Template},
        example_answer={**CODE, "version": 3, "variants": []},
    ),
)
