"""Audiences that nobody should ask for: refused with their field named, or taken literally."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.clock import now_ms
from notifyhub.flow.expand import expand
from notifyhub.hub import core_of
from notifyhub.store.rows import run
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.mailings.conftest import until
from tests.serving import running


def nested(levels: int, by: str = "not") -> dict[str, Any]:
    """A filter of so many levels."""
    found: dict[str, Any] = {"tag": "x"}
    for _ in range(levels - 1):
        found = {by: found if by == "not" else [found]}
    return found


@pytest.fixture
def quiet(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers nothing."""
    return make_hub(worker=False, database_url=database_url)


@pytest.fixture
def small(make_hub: HubMaker) -> Hub:
    """A hub on SQLite, for what the store has no part in."""
    return make_hub(worker=False)


def matched(hub: Hub, audience: dict[str, Any]) -> int:
    return hub.mailings.preview_as({"text": "Hello", "channels": ["telegram"], "audience": audience}).matched


@pytest.mark.parametrize(
    ("audience", "path"),
    [
        (nested(9), "audience"),
        (nested(9, "any"), "audience"),
        (nested(9, "all"), "audience"),
        ({"any": [{"tag": "x"}] * 101}, "audience"),
        ({"any": [{"tag": [f"t{n}" for n in range(1_000)]}] * 11}, "audience"),
        ({"tag": ["x"] * 1_001}, "audience.tag"),
        ({"tag": []}, "audience.tag"),
        ({"any": []}, "audience.any"),
        ({"1=1; DROP TABLE clients; --": "x"}, "audience['1=1; DROP TABLE clients; --']"),
        ({"phone": "79030000001"}, "audience.phone"),
        ({"tag": {"$ne": ""}}, "audience.tag"),
        ({"tag": None, "colour": 1}, "audience.colour"),
        ({"tag": "\x00"}, "audience.tag"),
        ({"tag": "\ud800"}, "audience.tag"),
        ({"timezone": "Mars/Olympus"}, "audience.timezone"),
        ({"got": 0}, "audience.got"),
        ({"got": "1 OR 1=1"}, "audience.got"),
        ({"attribute": {"name": 'a"b', "exists": True}}, "audience.attribute.name"),
        ({"attribute": {"name": "a", "is": "\x00"}}, "audience.attribute.is"),
        ({"attribute": {"name": "a", "is": "\ud800"}}, "audience.attribute.is"),
        ({"attribute": {"name": "a", "is": 10**30}}, "audience.attribute.is"),
        ({"attribute": {"name": "a", "is": float("nan")}}, "audience.attribute.is"),
        ({"attribute": {"name": "a", "is": float("inf")}}, "audience.attribute.is"),
        ({"attribute": {"name": "a", "is": [["nested"]]}}, "audience.attribute.is"),
        ({"attribute": {"name": "a", "at_least": float("nan")}}, "audience.attribute.at_least"),
        ({"attribute": {"name": "a"}}, "audience.attribute"),
        ([], "audience"),
        ("all", "audience"),
    ],
)
def test_a_senseless_filter_is_refused_by_name(small: Hub, audience: Any, path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        small.mailings.create("Sale", "Hello", ["telegram"], audience=audience)

    assert {fault.path.split("[")[0] for fault in caught.value.faults} == {path.split("[")[0]}


@pytest.mark.parametrize(
    "word",
    ["' OR '1'='1", "x'); DROP TABLE clients; --", "%", "_", "e%n", "ev_n", "*", "?", "%s", "\\", "даль 🐢", "a,b"],
)
def test_whatever_a_tag_or_an_attribute_says_is_taken_literally(quiet: Hub, word: str) -> None:
    quiet.clients.create("79030000001", tags=[word], attributes={"city": word})
    quiet.clients.create("79030000002", tags=["even"], attributes={"city": "even"})

    assert matched(quiet, {"tag": word}) == 1
    assert matched(quiet, {"attribute": {"name": "city", "is": word}}) == 1
    assert matched(quiet, {"not": {"tag": word}}) == 1
    assert matched(quiet, {}) == 2


@pytest.mark.parametrize("name", ["a.b", "a[0]", "$", "' OR 1=1 --", "%s", "?", "имя 🐢", "a'b", "a->>b", "#>>"])
def test_whatever_an_attribute_is_called_is_taken_literally(quiet: Hub, name: str) -> None:
    quiet.clients.create("79030000001", attributes={name: 5})
    quiet.clients.create("79030000002", attributes={"a": {"b": 5}})

    for condition in ({"is": 5}, {"at_least": 5}, {"at_most": 5}, {"exists": True}):
        assert matched(quiet, {"attribute": {"name": name, **condition}}) == 1
    assert matched(quiet, {"attribute": {"name": name, "exists": False}}) == 1


@pytest.mark.parametrize("value", [10**15 - 1, -1, 0.5, True, False, "5", "", "\u2028", '"', "\x1f"])
def test_values_of_attributes_are_of_their_kind(quiet: Hub, value: Any) -> None:
    quiet.clients.create("79030000001", attributes={"a": value})
    quiet.clients.create("79030000002", attributes={"a": [value]})

    assert matched(quiet, {"attribute": {"name": "a", "is": value}}) == 1


def test_a_number_is_the_same_however_it_is_written(quiet: Hub) -> None:
    quiet.clients.create("79030000001", attributes={"a": 5})
    quiet.clients.create("79030000002", attributes={"a": 5.0})

    assert matched(quiet, {"attribute": {"name": "a", "is": 5}}) == 2
    assert matched(quiet, {"attribute": {"name": "a", "is": 5.0}}) == 2


def test_the_largest_filter_is_understood(quiet: Hub) -> None:
    quiet.clients.create("79030000001", tags=["t999"])

    assert matched(quiet, {"any": [{"tag": [f"t{n}" for n in range(1_000)]}] * 10}) == 1
    assert matched(quiet, nested(8)) == 1
    assert matched(quiet, {"any": [{"attribute": {"name": "a", "at_least": 1, "at_most": 2}}] * 25}) == 0


@pytest.mark.parametrize("unusable", ["\x00", "\ud800"])
def test_what_no_database_takes_is_refused_in_a_clients_attributes(small: Hub, unusable: str) -> None:
    for attributes in ({"a": unusable}, {"a": [{"b": unusable}]}, {"a": {unusable: 1}}):
        with pytest.raises(InvalidRequest) as caught:
            small.clients.create("79030000001", attributes=attributes)
        assert [fault.path for fault in caught.value.faults] == ["attributes"]


def test_a_filter_nested_without_end_is_answered_with_what_is_wrong(small: Hub) -> None:
    from notifyhub_api.app import make_app

    deep = b'{"not":' * 100 + b"{}" + b"}" * 100
    body = b'{"name": "Sale", "text": "Hello", "channels": ["telegram"], "audience": ' + deep + b"}"
    with running(make_app(small)) as port:
        reply = Api(small, port).post("/api/v1/mailings", body)

    assert reply.status == 422


def test_one_mailing_that_cannot_be_expanded_holds_up_no_other(
    make_hub: HubMaker, database_url: str, quiet: Hub
) -> None:
    quiet.clients.create("79030000001", addresses={"telegram": "1"})
    first = quiet.mailings.create("A", "Hello", ["telegram"])
    second = quiet.mailings.create("B", "Hello", ["telegram"])
    spoil(quiet, first.id)

    hub = make_hub(database_url=database_url)

    until(hub, second.id, lambda found: found.status == "finished")
    assert hub.mailings.get(first.id).status == "running"


def test_a_sweep_tries_a_mailing_that_cannot_be_expanded_once(quiet: Hub, caplog: pytest.LogCaptureFixture) -> None:
    quiet.clients.create("79030000001", addresses={"telegram": "1"})
    first = quiet.mailings.create("A", "Hello", ["telegram"])
    second = quiet.mailings.create("B", "Hello", ["telegram"])
    spoil(quiet, first.id)

    slices = expand(core_of(quiet).database, lambda channel: None, now_ms)

    assert slices == 1
    assert quiet.mailings.get(second.id).matched == 1
    assert caplog.text.count(f"mailing {first.id} cannot be expanded now") == 1


def spoil(hub: Hub, mailing_id: int) -> None:
    """Give a mailing an audience that no database understands."""
    audience = orjson.dumps({"tag": [str(n) for n in range(300_000)]}).decode()

    def write(database: Any, items: Any) -> list[None]:
        run(database, "UPDATE mailings SET audience = ? WHERE id = ?", audience, mailing_id)
        return [None] * len(items)

    core_of(hub).database.write(write, None).result()
