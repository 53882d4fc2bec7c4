"""NOTIFYHUB_AUTH=none: no key is asked for, of this machine only."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyhub import Hub
from notifyhub.errors import SettingsError
from notifyhub_cli.listening import must_be_loopback
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.processes import Service

GOOD = {"text": "Hello", "recipients": [{"telegram": "1067000"}]}
FRIEND = "https://friend.example"


@pytest.fixture
def open_api(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    api = serve(make_hub(worker=False, auth="none", cors_origins=[FRIEND], rate_limit=100_000))
    api.key = ""
    return api


def test_no_key_is_needed(open_api: Api) -> None:
    assert open_api.post("/api/v1/messages", GOOD, Authorization="").status == 202
    assert open_api.get("/api/v1/keys", Authorization="").status == 200


def test_a_wrong_key_does_no_harm(open_api: Api) -> None:
    assert open_api.get("/api/v1/keys", Authorization="Bearer nonsense").status == 200


def test_all_share_one_limit_and_one_set_of_idempotency_keys(open_api: Api) -> None:
    first = open_api.post("/api/v1/messages", GOOD, Authorization="", Idempotency_Key="a")
    second = open_api.post("/api/v1/messages", GOOD, Authorization="", Idempotency_Key="a")

    assert second.body == first.body
    assert second.headers["RateLimit-Limit"] == "100000"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10:80", "localhost", "LOCALHOST:8000", "[::1]", "[::1]:8000"])
def test_names_of_this_machine_are_taken(open_api: Api, host: str) -> None:
    assert open_api.get("/api/v1/keys", Host=host).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "10.0.0.1", "0.0.0.0", "localhost.evil.example", "127.0.0.1.nip.io", "["],
)
@pytest.mark.parametrize("path", ["/api/v1/keys", "/", "/docs/", "/openapi.json"])
def test_any_other_name_is_refused_everywhere(open_api: Api, host: str, path: str) -> None:
    reply = open_api.get(path, Host=host)

    assert reply.status == 421
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert "X-Request-ID" in reply.headers


def test_a_request_that_names_no_host_is_refused(open_api: Api) -> None:
    with socket.create_connection(("127.0.0.1", open_api.port), timeout=30) as connection:
        connection.sendall(b"GET /api/v1/keys HTTP/1.0\r\n\r\n")
        assert b" 421 " in connection.recv(65_536).partition(b"\r\n")[0] + b" "


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_page_of_another_origin_may_not_call(open_api: Api, origin: str) -> None:
    """Its browser would send a POST without asking first, as long as it looks like a form."""
    reply = open_api.post("/api/v1/messages", GOOD, Authorization="", Origin=origin, Content_Type="text/plain")

    assert reply.status == 403
    assert open_api.stored() == 0


@pytest.mark.parametrize("origin", [FRIEND, "http://127.0.0.1:8000", "http://localhost:3000"])
def test_a_page_of_this_machine_or_of_a_friend_may(open_api: Api, origin: str) -> None:
    assert open_api.post("/api/v1/messages", GOOD, Authorization="", Origin=origin).status == 202


def test_with_keys_the_name_does_not_matter(small_api: Api) -> None:
    assert small_api.get("/api/v1/keys", Host="hub.example", Origin="https://other.example").status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_a_loopback_address_may_be_listened_on(host: str) -> None:
    must_be_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "no such name"])
def test_no_other_address_may(host: str) -> None:
    with pytest.raises(SettingsError, match="NOTIFYHUB_AUTH"):
        must_be_loopback(host)


def test_serve_says_that_no_key_is_needed_and_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notifyhub-data").mkdir()
    (tmp_path / "notifyhub-data" / "first-key").write_text("")  # which the fixture reads

    with Service(tmp_path, auth="none") as service:
        assert service.ask("/api/v1/keys")["items"] == []
        service.wait_for_line(re.compile("No API key is needed"))
