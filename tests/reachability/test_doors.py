"""The book of addresses over REST, as a client of a service, and on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.client import AsyncClient, Client
from tests.api.conftest import Api, serve
from tests.cli.conftest import Run, in_this_tree, run
from tests.conftest import HubMaker

__all__ = ["in_this_tree", "run", "serve"]

PATH = "/api/v1/reachability"
VIBER = {"channel": "viber", "address": "EGAZ3SZ/i6zW1D0uNYhQHg=="}


@pytest.fixture
def api(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    """The service on each store; it accepts and delivers nothing."""
    return serve(make_hub(worker=False, database_url=database_url))


def addresses(api: Api, query: str = "") -> list[str]:
    return [entry["address"] for entry in api.get(f"{PATH}?{query}").json["items"]]


def test_an_address_is_suppressed_and_cleared(api: Api) -> None:
    entry = api.post(PATH, VIBER).json

    assert (entry["suppressed"], entry["reason"], entry["source"]) == (True, "opted_out", "operator")
    assert api.get(PATH).json == {"items": [entry]}
    refused = api.post("/api/v1/messages", {"text": "Hello", "recipients": [{"viber": VIBER["address"]}]})
    assert [(d["status"], d["reason"]) for d in refused.json["deliveries"]] == [("failed", "opted_out")]
    assert (refused.status, refused.json["status"]) == (202, "failed")

    assert api.post(f"{PATH}/clear", VIBER).json == {**VIBER, "cleared": 1}
    assert api.post(f"{PATH}/clear", VIBER).json["cleared"] == 0
    assert api.get(PATH).json == {"items": []}


def test_suppressing_twice_is_suppressing_once(api: Api) -> None:
    api.post(PATH, VIBER)
    api.post(PATH, VIBER)

    assert addresses(api) == [VIBER["address"]]


def test_an_address_may_be_written_in_any_form(api: Api) -> None:
    assert api.post(PATH, {"channel": "whatsapp", "address": "+7 (916) 123-45-67"}).json["address"] == "79161234567"
    assert api.post(PATH, {"channel": "telegram", "address": 1067000}).json["address"] == "1067000"

    assert addresses(api, "address=8(916)1234567") == ["79161234567"]


def test_filters_and_pages(api: Api) -> None:
    for number in range(1, 6):
        api.post(PATH, {"channel": "telegram" if number < 5 else "gateway", "address": 79_160_000_000 + number})

    assert len(addresses(api, "channel=telegram")) == 4
    assert addresses(api, "channel=gateway&reason=opted_out") == ["79160000005"]
    assert addresses(api, "reason=recipient_blocked") == []
    refused = api.get(f"{PATH}?reason=bogus")
    assert (refused.status, refused.json["errors"][0]["code"]) == (422, "unknown_value")
    first = api.get(f"{PATH}?limit=3").json
    assert [entry["address"][-1] for entry in first["items"]] == ["5", "4", "3"]
    second = api.get(f"{PATH}?limit=3&cursor={first['next']}").json
    assert [entry["address"][-1] for entry in second["items"]] == ["2", "1"]
    assert "next" not in second
    assert len(addresses(api, f"before={first['items'][2]['id']}")) == 2


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("$.channel", "missing"), ("$.address", "missing")]),
        ({"channel": "pigeon", "address": "1"}, [("$.channel", "unknown_value")]),
        ({"channel": "telegram", "address": "nobody!"}, [("$.address", "form")]),
        ({"channel": "telegram", "address": True}, [("$.address", "type")]),
        ({"channel": "telegram", "address": "1", "until": 1}, [("$.until", "unknown_field")]),
    ],
)
def test_what_is_wrong_is_named(api: Api, body: Any, faults: list[tuple[str, str]]) -> None:
    for path in (PATH, f"{PATH}/clear"):
        reply = api.post(path, body)
        assert (reply.status, reply.faults) == (422, faults)


@pytest.mark.parametrize("query", ["before=x", "before=1&cursor=MQ==", "cursor=x", "status=sent", "channel=pigeon"])
def test_a_list_that_there_is_not_is_refused(api: Api, query: str) -> None:
    assert api.get(f"{PATH}?{query}").status == 422


def test_the_override_is_true_or_false(api: Api) -> None:
    assert api.create(ignore_reachability="yes").faults == [("$.ignore_reachability", "type")]
    assert api.create(ignore_reachability=True).status == 202


def test_a_client_does_the_same(api: Api) -> None:
    with Client(f"http://127.0.0.1:{api.port}", api.key) as client:
        entry = client.reachability.suppress("telegram", 1067000)

        assert client.reachability.list(channel="telegram", address="1067000") == [entry]
        assert client.reachability.list(before=entry) == []
        assert client.send("Hello", to={"telegram": "1067000"}, ignore_reachability=True).status == "failed"
        assert client.reachability.clear("telegram", "1067000").cleared == 1
        with pytest.raises(InvalidRequest, match="address: telegram wants"):
            client.reachability.clear("telegram", "nobody!")


async def awaited(api: Api) -> int:
    async with AsyncClient(f"http://127.0.0.1:{api.port}", api.key) as client:
        await client.reachability.suppress("telegram", "1")
        await client.reachability.suppress("telegram", "2")
        return len(await client.reachability.list())


def test_it_is_awaited(api: Api) -> None:
    import asyncio

    assert asyncio.run(awaited(api)) == 2


def test_a_hub_names_its_arguments(api: Api) -> None:
    with pytest.raises(InvalidRequest, match="address: telegram wants"):
        api.hub.reachability.suppress("telegram", "nobody!")


def test_the_command_line_shows_and_changes_it(run: Run) -> None:
    assert run("reachability", "suppress", "telegram", "1067000").out == (
        "nothing is sent to telegram 1067000 any more\n"
    )
    assert [entry["address"] for entry in run("reachability", "list", "--json").json] == ["1067000"]
    assert "opted_out" in run("reachability", "show", "telegram", "1067000").out
    assert run("reachability", "list", "--channel", "viber", "--json").json == []
    assert run("reachability", "clear", "telegram", "1067000").out == "cleared telegram 1067000: 1 entries\n"
    assert run("reachability", "show", "telegram", "1067000").code == 3


def test_a_wrong_address_is_told_in_one_line(run: Run) -> None:
    ended = run("reachability", "suppress", "telegram", "nobody!")

    assert (ended.code, ended.complaint.split(":")[0]) == (2, "--address")


def test_the_override_is_an_option(run: Run) -> None:
    run("reachability", "suppress", "telegram", "1067000")

    sent = run(
        "send", "Hello", "--to", "telegram=1067000", "--at", "2126-12-01T10:00Z", "--ignore-reachability", "--json"
    )

    assert [delivery["reason"] for delivery in sent.json["deliveries"]] == ["opted_out"]
