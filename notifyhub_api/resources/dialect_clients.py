"""/api/clients/: the directory in the format of other services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, RootModel
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import Answer, Client
from notifyhub.domain.audience import audience_of
from notifyhub.hub.core import Core
from notifyhub.requests import client_change_request, client_request
from notifyhub.requests.mailing_dialect import DialectClient, DialectClientChange, client_of, in_their_words
from notifyhub.store import clients
from notifyhub.verbs import result_of
from notifyhub_api import paging
from notifyhub_api.operations import Operation, Parameter, Tag
from notifyhub_api.web import answer, body_of, hub_of

TAG = Tag("mailing_dialect", "Clients and mailings in the format of other services; same keys, same directory.")
ID = Parameter("id", "path", {"type": "integer", "minimum": 1, "examples": [7]}, "id of a client")
AFTER_THE_LAST = 2**63 - 1


class DialectClientAnswer(Answer):
    """A client with one tag."""

    id: int
    phone_number: str
    phone_number_code: str | None = Field(None, description="mobile operator")
    tag: str | None = Field(None, description="the first of its tags")
    timezone: str


class DialectClients(RootModel[list[DialectClientAnswer]]):
    """A page of clients, newest first."""


async def add_client(request: Request) -> Response:
    """Add a client."""
    hub, body = hub_of(request), await body_of(request)
    asked = client_of(body, lambda members: client_request(members, **_rules(hub)))
    with in_their_words():
        client = await hub.clients.create_as(asked)
    return answer(_client(client), 201, headers={"Location": f"/api/clients/{client.id}/"})


async def list_clients(request: Request) -> Response:
    """Clients, newest first."""
    limit, before = paging.limit_of(request), paging.cursor_of(request, AFTER_THE_LAST)
    found = await result_of(hub_of(request).ask(clients.page(audience_of({}), None, before, limit + 1)))
    cursor = paging.cursor_to(found[limit - 1].id) if len(found) > limit else None
    return answer(DialectClients([_client(one) for one in found[:limit]]), headers=paging.link_header(request, cursor))


async def read_client(request: Request) -> Response:
    """A client."""
    return answer(_client(await hub_of(request).clients.get(request.path_params["id"])))


async def replace_client(request: Request) -> Response:
    """Replace the attributes of a client."""
    hub, body = hub_of(request), await body_of(request)
    asked = client_of(body, lambda members: client_request(members, **_rules(hub)))
    return await _changed_client(request, asked)


async def change_client(request: Request) -> Response:
    """Change a client."""
    hub, body = hub_of(request), await body_of(request)
    asked = client_of(body, lambda members: client_change_request(members, **_rules(hub)), whole=False)
    return await _changed_client(request, asked)


async def _changed_client(request: Request, asked: Mapping[str, Any]) -> Response:
    with in_their_words():
        return answer(_client(await hub_of(request).clients.update_as(request.path_params["id"], asked)))


async def delete_client(request: Request) -> Response:
    """Delete a client."""
    await hub_of(request).clients.delete(request.path_params["id"])
    return Response(status_code=204)


def _rules(hub: Core) -> dict[str, Any]:
    return {"region": hub.settings.default_region, "any_country": hub.settings.client_phones == "any"}


def _client(client: Client) -> DialectClientAnswer:
    return DialectClientAnswer(
        id=client.id,
        phone_number=client.phone,
        phone_number_code=client.operator_code,
        tag=client.tags[0] if client.tags else None,
        timezone=client.timezone,
    )


NEW_CLIENT = {"phone_number": "79201234567", "phone_number_code": "920", "tag": "vip", "timezone": "Europe/Moscow"}
CLIENT = {"id": 7, **NEW_CLIENT}

operations = (
    Operation(
        method="GET",
        path="/api/clients/",
        aliases=["/api/clients"],
        endpoint=list_clients,
        scope="read",
        tag=TAG,
        summary="Clients, newest first",
        parameters=paging.PARAMETERS,
        answers={200: DialectClients},
        headers=paging.HEADERS,
        example_answer=[CLIENT],
    ),
    Operation(
        method="POST",
        path="/api/clients/",
        aliases=["/api/clients"],
        endpoint=add_client,
        scope="send",
        tag=TAG,
        summary="Add a client",
        description="409 if a client has this phone already.",
        request=DialectClient,
        answers={201: DialectClientAnswer},
        headers={"Location": "path of the client"},
        example_request=NEW_CLIENT,
        example_answer=CLIENT,
    ),
    Operation(
        method="GET",
        path="/api/clients/{id}/",
        aliases=["/api/clients/{id}"],
        endpoint=read_client,
        scope="read",
        tag=TAG,
        summary="A client",
        parameters=[ID],
        answers={200: DialectClientAnswer},
        example_answer=CLIENT,
    ),
    Operation(
        method="PUT",
        path="/api/clients/{id}/",
        aliases=["/api/clients/{id}"],
        endpoint=replace_client,
        scope="send",
        tag=TAG,
        summary="Replace the attributes of a client",
        description="What is left out gets its default. Addresses, free attributes and opt-outs, which this format "
        "does not have, stay as they are.",
        parameters=[ID],
        request=DialectClient,
        answers={200: DialectClientAnswer},
        refusals=[409],
        example_request=NEW_CLIENT,
        example_answer=CLIENT,
    ),
    Operation(
        method="PATCH",
        path="/api/clients/{id}/",
        aliases=["/api/clients/{id}"],
        endpoint=change_client,
        scope="send",
        tag=TAG,
        summary="Change a client",
        description="What is left out stays as it is; an empty text restores the default.",
        parameters=[ID],
        request=DialectClientChange,
        answers={200: DialectClientAnswer},
        example_request={"tag": "vip"},
        example_answer=CLIENT,
    ),
    Operation(
        method="DELETE",
        path="/api/clients/{id}/",
        aliases=["/api/clients/{id}"],
        endpoint=delete_client,
        scope="send",
        tag=TAG,
        summary="Delete a client",
        description="What has not been sent to the client is cancelled; messages stay, without the phone.",
        parameters=[ID],
        answers={204: None},
    ),
)
