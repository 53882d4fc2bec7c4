"""What every answer carries: request ids, security headers, and CORS where it was asked for."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifyhub import Hub
from notifyhub.errors import SettingsError
from notifyhub.settings import load
from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.processes import Service
from tests.serving import running

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FRIEND = "https://friend.example"


@pytest.mark.parametrize("given", ["a", "order-17_x.Y", "0" * 128])
def test_the_callers_request_id_is_given_back(small_api: Api, given: str) -> None:
    assert small_api.get("/", X_Request_ID=given).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["0" * 129, "a b", "a\tb", "<b>", "a;b", "\xff", "a\\nb", ""])
def test_an_id_that_is_unfit_for_a_log_is_replaced(small_api: Api, given: str) -> None:
    assert UUID7.fullmatch(small_api.get("/", X_Request_ID=given).headers["X-Request-ID"])


def test_each_request_has_an_id_of_its_own(small_api: Api) -> None:
    assert len({small_api.get("/").headers["X-Request-ID"] for _ in range(5)}) == 5


@pytest.mark.parametrize("path", ["/", "/nonsense", "/api/v1/messages/nonsense", "/docs/", "/assets/swagger-ui.css"])
def test_every_answer_has_an_id_and_the_security_headers(small_api: Api, path: str) -> None:
    headers = small_api.get(path).headers

    assert UUID7.fullmatch(headers["X-Request-ID"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"


async def buggy(_request: Request) -> Response:
    raise RuntimeError("secret inside")


def test_the_answer_to_a_bug_has_them_too_and_tells_nothing(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    with running(make_app(hub, [Route("/bug", buggy)])) as port:
        reply = Api(hub, port).get("/bug", X_Request_ID="mine")

    assert reply.status == 500
    assert (reply.headers["X-Request-ID"], reply.headers["X-Frame-Options"]) == ("mine", "DENY")
    assert b"secret" not in reply.body


@pytest.mark.parametrize("path", ["/api/v1/messages/nonsense", "/api/nonsense", "/api/v1/schema/"])
def test_nothing_of_the_api_is_kept_by_anyone(small_api: Api, path: str) -> None:
    assert small_api.get(path).headers.get_all("Cache-Control") == ["no-store"]


def test_the_server_does_not_say_what_it_is(tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=30)
        connection.request("GET", "/health/live")
        assert connection.getresponse().getheader("Server") is None
        connection.close()


def test_the_id_stands_in_what_is_logged_of_the_request(tmp_path: Path, postgres: str) -> None:
    url = postgres.rpartition("/")[0] + "/logged"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE logged")
        with Service(tmp_path, database_url=url, log_format="json") as service:
            connection.execute("DROP DATABASE logged WITH (FORCE)")
            asking = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=30)
            headers = {"Authorization": f"Bearer {service.key}", "X-Request-ID": "mine-1"}
            asking.request("GET", "/api/v1/deliveries/1", headers=headers)
            assert asking.getresponse().status == 503
            asking.close()

            line = service.wait_for_line(re.compile(r'.*"request_id": ?"mine-1".*')).group(0)

    assert "/api/v1/deliveries/{id}" in line


def test_pages_of_other_origins_may_not_call_by_default(small_api: Api) -> None:
    headers = small_api.get("/", Origin=FRIEND).headers

    assert not [name for name in headers if name.lower().startswith("access-control-")]


@pytest.fixture
def open_api(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    return serve(make_hub(worker=False, cors_origins=[FRIEND]))


def test_pages_of_an_origin_that_is_named_may_call(open_api: Api) -> None:
    headers = open_api.get("/", Origin=FRIEND).headers

    assert headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Location" in headers["Access-Control-Expose-Headers"]


def test_pages_of_other_origins_still_may_not(open_api: Api) -> None:
    assert open_api.get("/", Origin="https://foe.example").headers["Access-Control-Allow-Origin"] is None


def test_a_browser_that_asks_first_is_told_what_it_may_send(open_api: Api) -> None:
    headers = "authorization,content-encoding,content-type"
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": headers}

    reply = open_api.ask("OPTIONS", "/api/v1/messages", Authorization="", Origin=FRIEND, **asked)

    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "text", ["https://a.example,http://b.example:81", '["https://a.example", "http://b.example:81"]']
)
def test_origins_are_written_with_commas_or_as_json(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("NOTIFYHUB_CORS_ORIGINS", text)

    assert load().cors_origins == ("https://a.example", "http://b.example:81")


@pytest.mark.parametrize(
    "text", ["a.example", "https://a.example/", "https://a.example/x", "null", "[5]", '{"a": 1}', "[", ","]
)
def test_what_is_no_origin_stops_the_start_by_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("NOTIFYHUB_CORS_ORIGINS", text)

    with pytest.raises(SettingsError, match="NOTIFYHUB_CORS_ORIGINS"):
        load()
