"""Who is let in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import keys
from notifyhub.store.models import ApiKey
from notifyhub_api.app import OPERATIONS
from notifyhub_api.operations import Operation
from tests.api.conftest import Api, Reply
from tests.conftest import HubMaker

ID = "01a1fd9d-2e91-70c5-aee9-108a46972697"
OPERATIONS_OF_KEYS = {
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


@pytest.mark.parametrize(("method", "path"), OPERATIONS_OF_KEYS)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bmg6bmg=", "nh_x", "Token nh_x"])
def test_nobody_comes_in_without_a_key(small_api: Api, method: str, path: str, header: str) -> None:
    assert_challenged(small_api.ask(method, path, Authorization=header), 401, 'Bearer realm="notifyhub"')


@pytest.mark.parametrize("key", ["nh_wrong", "nh_\xff", "x" * 5_000, "nh_' OR 1=1 --"])
def test_a_wrong_key_is_told_so(small_api: Api, key: str) -> None:
    reply = small_api.get(f"/api/v1/messages/{ID}", Authorization=f"Bearer {key}")

    assert_challenged(reply, 401, 'Bearer realm="notifyhub", error="invalid_token"')
    assert key not in reply.body.decode()


@pytest.mark.parametrize(("method", "path"), OPERATIONS_OF_KEYS)
def test_a_key_opens_what_its_scope_names_and_nothing_else(small_api: Api, method: str, path: str) -> None:
    needed = OPERATIONS_OF_KEYS[method, path]
    for scope in ("send", "read"):
        key = small_api.hub.keys.create(scope, [scope]).key
        reply = small_api.ask(method, path, Authorization=f"Bearer {key}")
        if scope == needed:
            assert reply.status not in (401, 403)
        else:
            challenge = f'Bearer realm="notifyhub", error="insufficient_scope", scope="{needed}"'
            assert_challenged(reply, 403, challenge)


def test_a_key_may_have_several_scopes(small_api: Api) -> None:
    small_api.key = str(small_api.hub.keys.create("both", ["send", "read"]).key)

    assert small_api.get(small_api.create().headers["Location"]).status == 200


def test_the_scheme_may_be_written_in_any_case(small_api: Api) -> None:
    assert small_api.get(f"/api/v1/messages/{ID}", Authorization=f"bearer {small_api.key}").status == 404


def test_nothing_is_stored_for_those_without_a_key(small_api: Api) -> None:
    small_api.post("/api/v1/messages", {"text": "Hello", "recipients": [{"telegram": "1"}]}, Authorization="")

    assert small_api.stored() == 0


def test_the_store_holds_no_key_that_could_be_used(api: Api) -> None:
    def rows(database: object) -> list[object]:
        return list(ApiKey.select().tuples().execute(database))

    assert api.key not in repr(core_of(api.hub).ask(rows).result())


def guarded() -> list[Operation]:
    return [operation for operation in OPERATIONS if operation.scope is not None]


def key_of_another_install(api: Api, make_hub: HubMaker, tmp_path: Path) -> str:
    other = make_hub(worker=False, database_url=f"sqlite:///{tmp_path / 'other.db'}")
    return str(other.keys.create("elsewhere").key)


def revoked(api: Api, make_hub: HubMaker, tmp_path: Path) -> str:
    key = api.hub.keys.create("gone")
    api.hub.keys.revoke(key.id)
    return str(key.key)


def expired(api: Api, make_hub: HubMaker, tmp_path: Path) -> str:
    past = now_ms() - 1
    new = keys.NewKey("old", ("admin",), past, expires_at=past)
    return str(core_of(api.hub).database.write(keys.create, new).result().key)


def longer(api: Api, make_hub: HubMaker, tmp_path: Path) -> str:
    return api.key + "x" * 20_000


STRANGERS: dict[str, Callable[[Api, HubMaker, Path], str]] = {
    "none": lambda *_: "",
    "garbage": lambda *_: "nh_" + "A" * 43,
    "not ascii": lambda *_: "nh_" + "é" * 43,
    "too long": longer,
    "revoked": revoked,
    "expired": expired,
    "another install's": key_of_another_install,
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_no_operation_is_open_to_a_stranger_whatever_is_asked(
    small_api: Api, make_hub: HubMaker, tmp_path: Path, stranger: str
) -> None:
    key = STRANGERS[stranger](small_api, make_hub, tmp_path)
    header = f"Bearer {key}" if key else ""

    for operation in guarded():
        # A body that is wrong in every way: it is not even looked at.
        reply = small_api.ask(
            operation.method, operation.path.replace("{id}", "1"), b"{", Authorization=header, Idempotency_Key="\t"
        )
        assert (reply.status, operation.id) == (401, operation.id)
        assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="notifyhub"')
        assert ("invalid_token" in reply.headers["WWW-Authenticate"]) == bool(key)
        assert "RateLimit-Limit" not in reply.headers


def test_no_operation_is_open_to_a_key_of_another_scope_whatever_is_asked(small_api: Api) -> None:
    narrow = {scope: str(small_api.hub.keys.create(scope, [scope]).key) for scope in ("send", "read")}

    for operation in guarded():
        for scope, key in narrow.items():
            if scope != operation.scope:
                path = operation.path.replace("{id}", "1")
                reply = small_api.ask(operation.method, path, b"{", Authorization=f"Bearer {key}")
                assert (reply.status, operation.id) == (403, operation.id)
                assert f'scope="{operation.scope}"' in reply.headers["WWW-Authenticate"]


def test_no_request_names_an_address_that_the_service_would_call(small_api: Api) -> None:
    """Whoever adds one has to guard it: the inside of a network is not the callers'. Those of webhooks are guarded."""
    schemas = small_api.get("/openapi.json").json["components"]["schemas"]
    asked = {name: schema for name, schema in schemas.items() if name.endswith("Request") or name == "Recipient"}
    del asked["WebhookRequest"], asked["WebhookChangeRequest"]

    assert "MessageRequest" in asked
    text = json.dumps(asked).lower()
    assert not re.search(
        r'"format": "(uri|url|iri|hostname|ipv[46])|"[a-z_]*(url|uri|webhook|callback|host)[a-z_]*": \{', text
    )
