"""/api/v1/keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import keys
from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker

KEYS = "/api/v1/keys"
ID = "01a1fd9d-2e91-70c5-aee9-108a46972697"


def make(api: Api, **members: Any) -> Reply:
    return api.post(KEYS, {"name": "shop", "scopes": ["send"], **members})


def use(api: Api, key: str) -> int:
    return api.get(f"/api/v1/messages/{ID}", Authorization=f"Bearer {key}").status


def test_a_key_is_made_and_shown_this_once(api: Api) -> None:
    reply = make(api, scopes=["send", "read"], expires_at="2126-12-01T10:00:00+03:00", rate_limit=60)

    assert reply.status == 201
    key = reply.json.pop("key")
    made = {name: value for name, value in reply.json.items() if name != "key"}
    assert (made["name"], made["scopes"], made["rate_limit"]) == ("shop", ["send", "read"], 60)
    assert made["expires_at"] == "2126-12-01T07:00:00Z"
    assert use(api, key) == 404
    assert key not in api.get(reply.headers["Location"]).body.decode()
    assert key not in api.get(KEYS).body.decode()


def test_a_key_can_be_looked_at(api: Api) -> None:
    reply = make(api)

    seen = api.get(reply.headers["Location"])

    assert (seen.status, seen.json) == (200, {k: v for k, v in reply.json.items() if k != "key"})


def test_keys_are_listed_page_by_page(api: Api) -> None:
    for n in range(4):
        make(api, name=f"key {n}")

    first = api.get(f"{KEYS}?limit=3")
    second = api.get(first.headers["Link"].partition(">")[0].removeprefix("<"))

    names = [key["name"] for page in (first, second) for key in page.json["items"]]
    assert names == ["tests", "key 0", "key 1", "key 2", "key 3"]
    assert "next" not in second.json


def test_a_key_is_revoked_and_stays_in_the_list(api: Api) -> None:
    made = make(api, scopes=["read"]).json
    assert use(api, made["key"]) == 404

    reply = api.ask("POST", f"{KEYS}/{made['id']}/revoke")

    assert reply.status == 200
    assert reply.json["revoked_at"]
    assert use(api, made["key"]) == 401
    assert api.get(f"{KEYS}/{made['id']}").json == reply.json
    assert api.ask("POST", f"{KEYS}/{made['id']}/revoke").status == 404


def test_the_last_key_may_be_revoked_and_another_made_without_one(api: Api) -> None:
    (own,) = api.get(KEYS).json["items"]

    assert api.ask("POST", f"{KEYS}/{own['id']}/revoke").status == 200
    assert api.get(KEYS).status == 401
    api.key = str(api.hub.keys.create("again").key)
    assert api.get(KEYS).status == 200


@pytest.mark.parametrize("id_", ["0", "9", "x", "99999999999999999999999", "-1"])
def test_a_key_that_is_not_there_is_not_found(small_api: Api, id_: str) -> None:
    assert small_api.get(f"{KEYS}/{id_}").status == 404
    assert small_api.ask("POST", f"{KEYS}/{id_}/revoke").status == 404


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"name": ""}, ("$.name", "empty")),
        ({"name": "  "}, ("$.name", "empty")),
        ({"name": "a\nb"}, ("$.name", "form")),
        ({"name": "x" * 256}, ("$.name", "form")),
        ({"name": 5}, ("$.name", "type")),
        ({"scopes": []}, ("$.scopes", "empty")),
        ({"scopes": "send"}, ("$.scopes", "type")),
        ({"scopes": ["send", "root"]}, ("$.scopes[1]", "unknown_value")),
        ({"expires_at": "2020-01-01T00:00:00Z"}, ("$.expires_at", "past")),
        ({"expires_at": "2126-12-01T10:00:00"}, ("$.expires_at", "naive")),
        ({"rate_limit": 0}, ("$.rate_limit", "too_small")),
        ({"rate_limit": 1.5}, ("$.rate_limit", "type")),
        ({"rate_limit": True}, ("$.rate_limit", "type")),
        ({"owner": "me"}, ("$.owner", "unknown_field")),
    ],
)
def test_a_wrong_key_is_not_made(small_api: Api, members: dict[str, Any], fault: tuple[str, str]) -> None:
    reply = make(small_api, **members)

    assert reply.status == 422
    assert reply.faults[0][0] == fault[0]
    assert len(small_api.hub.keys.list()) == 1


def test_everything_wrong_with_a_key_is_told_at_once(small_api: Api) -> None:
    reply = make(small_api, name="", scopes=["root"], rate_limit=-1)

    assert {path for path, _ in reply.faults} == {"$.name", "$.scopes[0]", "$.rate_limit"}


def test_a_key_that_is_asked_for_by_name_is_refused_because_its_answer_is_a_secret(small_api: Api) -> None:
    reply = small_api.post(KEYS, {"name": "shop", "scopes": ["send"]}, Idempotency_Key="1")

    assert (reply.status, reply.faults) == (422, [("Idempotency-Key", "refused")])
    assert len(small_api.hub.keys.list()) == 1


def test_a_key_that_another_process_revokes_is_refused_at_once(api: Api, make_hub: HubMaker, database_url: str) -> None:
    other = make_hub(worker=False, database_url=database_url)
    for _ in range(5):
        key = other.keys.create("gone")
        assert use(api, str(key.key)) == 404
        other.keys.revoke(key.id)
        assert use(api, str(key.key)) == 401


def test_requests_under_way_side_by_side_learn_of_a_revocation(api: Api) -> None:
    key = api.hub.keys.create("gone")
    with ThreadPoolExecutor(16) as pool:
        before = [pool.submit(use, api, str(key.key)) for _ in range(50)]
        api.hub.keys.revoke(key.id)
        after = list(pool.map(lambda _: use(api, str(key.key)), range(50)))
        assert {future.result() for future in before} <= {401, 404}

    assert set(after) == {401}


def test_a_key_stops_when_its_time_has_come(api: Api) -> None:
    past = now_ms() - 1
    new = keys.NewKey("old", ("admin",), past, expires_at=past)
    key = str(core_of(api.hub).database.write(keys.create, new).result().key)

    reply = api.get(KEYS, Authorization=f"Bearer {key}")

    assert reply.status == 401
    assert "expired" in reply.json["detail"]


def test_a_key_works_until_its_time_has_come(api: Api) -> None:
    soon = datetime.fromtimestamp(now_ms() / 1000 + 2, UTC)
    key = str(api.hub.keys.create("short", expires_at=soon).key)

    while use(api, key) != 401:
        pass

    assert datetime.now(UTC) >= soon


def test_the_last_use_of_a_key_is_known_to_the_minute(api: Api) -> None:
    (own,) = api.hub.keys.list()

    while api.get(f"{KEYS}/{own.id}").json.get("last_used_at") is None:
        pass  # it joins the next commit

    used = api.hub.keys.get(own.id).last_used_at
    assert used is not None
    assert (used.second, used.microsecond) == (0, 0)


def test_a_key_that_was_refused_was_not_used(api: Api) -> None:
    gone = api.hub.keys.create("gone")
    api.hub.keys.revoke(gone.id)
    use(api, str(gone.key))
    (own, _) = api.hub.keys.list()
    while api.get(f"{KEYS}/{own.id}").json.get("last_used_at") is None:
        pass

    assert api.hub.keys.get(gone.id).last_used_at is None
