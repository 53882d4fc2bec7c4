"""/clients: finding people, and one person with everything that was sent to them."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from notifyhub.domain.clients import ALL, address_on, is_opted_out
from notifyhub.requests.client_cells import cell_of_several, several_of
from notifyhub_api.dashboard.calling import encoded
from notifyhub_api.dashboard.client_texts import value_text
from notifyhub_api.dashboard.listing import listed
from notifyhub_api.dashboard.visit import Pages, Visit

SEVERAL = ("phone", "operator_code", "tag", "timezone")
"""Filters whose values are alternatives."""


async def find(visit: Visit) -> Response:
    """Clients by filters."""
    chosen = {name: _chosen(visit, name) for name in SEVERAL}
    facts = await listed(visit, "/clients", ("search", "order"), **chosen)
    asked = {"search": visit.query.get("search"), **chosen}
    exports = {
        name: f"/data/clients/export?{encoded({**asked, **choice})}"
        for name, choice in {
            "csv": {"format": "csv"},
            "excel": {"format": "csv", "excel": "true"},
            "jsonl": {"format": "jsonl"},
        }.items()
    }
    return visit.show(
        "clients.html",
        422 if facts["faults"] else 200,
        chosen={name: cell_of_several(values) for name, values in chosen.items()},
        exports=exports,
        tag_cell=lambda tag: cell_of_several([tag]),
        **facts,
    )


def _chosen(visit: Visit, name: str) -> list[str]:
    """What is typed into one field, or comes as several parameters of the URL."""
    return [str(value) for cell in visit.request.query_params.getlist(name) for value in several_of(cell.strip())]


async def read(visit: Visit) -> Response:
    """One client: facts, what is known of each address, and the history."""
    id_ = visit.request.path_params["id"]
    client = await visit.api.get(f"/clients/{id_}")
    channels, history = await asyncio.gather(
        visit.api.get("/channels"), listed(visit, "/deliveries", (), client_id=client["id"])
    )
    names = dict.fromkeys([*(one["name"] for one in channels["items"]), *client["addresses"]])
    return visit.show(
        "part/client.html" if visit.is_partial else "client.html",
        client=client,
        ways=await asyncio.gather(*(_way(visit, client, name) for name in names)),
        opted_out_of_all=ALL in client["opted_out"],
        value_text=value_text,
        tag_query=lambda tag: encoded({"tag": cell_of_several([tag])}),
        **history,
    )


async def _way(visit: Visit, client: dict[str, Any], channel: str) -> dict[str, Any]:
    """How a channel reaches the client: the address, and what stands against it."""
    address = address_on(channel, client["phone"], client["addresses"])
    known: list[Any] = []
    if address is not None:
        known = (await visit.api.get("/reachability", {"channel": channel, "address": address}))["items"]
    return {
        "channel": channel,
        "address": address,
        "opted_out": is_opted_out(client["opted_out"], channel),
        "known": known,
        "suppressed": any(one["suppressed"] for one in known),
    }


async def opt_out(visit: Visit) -> Response:
    """The client wants nothing more on a channel, or on all of them."""
    path, old = await _wishes(visit)
    channel = visit.form.get("channel", "")
    await visit.api.patch(path, {"opted_out": [ALL] if channel == ALL else [*old, channel]})
    return visit.go(path, visit.say("The opt-out was noted. What was waiting is cancelled."))


async def opt_in(visit: Visit) -> Response:
    """The client wants to be written to again."""
    path, old = await _wishes(visit)
    channel = visit.form.get("channel", "")
    await visit.api.patch(path, {"opted_out": [one for one in old if one != channel]})
    return visit.go(path, visit.say("The opt-out was taken back."))


async def _wishes(visit: Visit) -> tuple[str, list[str]]:
    path = f"/clients/{visit.request.path_params['id']}"
    return path, (await visit.api.get(path))["opted_out"]


async def suppress(visit: Visit) -> Response:
    """Nothing more goes to this address, whoever has it."""
    await visit.api.post("/reachability", _address(visit))
    return visit.go(_client(visit), visit.say("Nothing is sent to this address any more."))


async def clear(visit: Visit) -> Response:
    """Forget what is known against an address."""
    await visit.api.post("/reachability/clear", _address(visit))
    return visit.go(_client(visit), visit.say("The address was cleared: messages are sent to it again."))


def _address(visit: Visit) -> dict[str, str]:
    return {name: visit.form.get(name, "") for name in ("channel", "address")}


def _client(visit: Visit) -> str:
    return f"/clients/{visit.request.path_params['id']}"


GET: Pages = {"/clients": find, "/clients/{id:row}": read}
POST: Pages = {
    "/clients/{id:row}/opt-out": opt_out,
    "/clients/{id:row}/opt-in": opt_in,
    "/clients/{id:row}/suppress": suppress,
    "/clients/{id:row}/clear": clear,
}
