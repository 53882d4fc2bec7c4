"""Who is let in."""

from __future__ import annotations

import pytest

from notifyhub.store.models import ApiKey
from tests.api.conftest import Api, Reply

ID = "01a1fd9d-2e91-70c5-aee9-108a46972697"
DOORS = {
    ("POST", "/api/v1/messages"): "send",
    ("GET", f"/api/v1/messages/{ID}"): "read",
    ("GET", f"/api/v1/messages/{ID}/deliveries"): "read",
    ("POST", f"/api/v1/messages/{ID}/cancel"): "send",
    ("GET", "/api/v1/deliveries/1"): "read",
}


def assert_challenged(reply: Reply, status: int, challenge: str) -> None:
    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bmg6bmg=", "nh_x", "Token nh_x"])
def test_nobody_comes_in_without_a_key(small_api: Api, method: str, path: str, header: str) -> None:
    assert_challenged(small_api.ask(method, path, Authorization=header), 401, 'Bearer realm="notifyhub"')


@pytest.mark.parametrize("key", ["nh_wrong", "nh_\xff", "x" * 5_000, "nh_' OR 1=1 --"])
def test_a_wrong_key_is_told_so(small_api: Api, key: str) -> None:
    reply = small_api.get(f"/api/v1/messages/{ID}", Authorization=f"Bearer {key}")

    assert_challenged(reply, 401, 'Bearer realm="notifyhub", error="invalid_token"')
    assert key not in reply.body.decode()


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_a_key_opens_what_its_scope_names_and_nothing_else(small_api: Api, method: str, path: str) -> None:
    needed = DOORS[method, path]
    for scope in ("send", "read"):
        key = small_api.hub.create_key(scope, [scope]).key
        reply = small_api.ask(method, path, Authorization=f"Bearer {key}")
        if scope == needed:
            assert reply.status not in (401, 403)
        else:
            challenge = f'Bearer realm="notifyhub", error="insufficient_scope", scope="{needed}"'
            assert_challenged(reply, 403, challenge)


def test_a_key_may_have_several_scopes(small_api: Api) -> None:
    small_api.key = str(small_api.hub.create_key("both", ["send", "read"]).key)

    assert small_api.get(small_api.create().headers["Location"]).status == 200


def test_the_scheme_may_be_written_in_any_case(small_api: Api) -> None:
    assert small_api.get(f"/api/v1/messages/{ID}", Authorization=f"bearer {small_api.key}").status == 404


def test_nothing_is_stored_for_those_without_a_key(small_api: Api) -> None:
    small_api.post("/api/v1/messages", {"text": "Hello", "recipients": [{"telegram": "1"}]}, Authorization="")

    assert small_api.stored() == 0


def test_the_store_holds_no_key_that_could_be_used(api: Api) -> None:
    def rows(database: object) -> list[object]:
        return list(ApiKey.select().tuples().execute(database))

    assert api.key not in repr(api.hub.ask(rows).result())
