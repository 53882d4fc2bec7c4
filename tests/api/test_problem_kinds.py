"""The `type` of a problem: one of a table, which leads to its page in the service and its paragraph in the docs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import notifyhub_api
from notifyhub.errors import KeyInProgress, StoreUnavailable
from notifyhub.server.limits import Limits
from notifyhub_api import connection_kinds, kinds
from notifyhub_api.app import OPERATIONS, make_app
from notifyhub_api.connection_kinds import TYPES
from notifyhub_api.kind import Kind
from notifyhub_api.kinds import KINDS
from tests.api.conftest import LATER, Api, Reply
from tests.conftest import HubMaker
from tests.problems_document import TARGET, document
from tests.server.wire import Client
from tests.serving import running

MESSAGES = "/api/v1/messages"
ID = "01a1fd9d-2e91-70c5-aee9-108a46972697"
SOURCES = Path(notifyhub_api.__file__).parent
TOLD = {status for operation in OPERATIONS for status in operation.problems}
RELEASED = {
    "invalid-json",
    "invalid-gzip",
    "unauthorized",
    "missing-scope",
    "not-signed",
    "foreign-origin",
    "not-found",
    "no-such-path",
    "method-not-allowed",
    "conflict",
    "request-in-progress",
    "body-too-large",
    "unsupported-encoding",
    "foreign-host",
    "invalid-request",
    "idempotency-key-reused",
    "too-many-requests",
    "internal-error",
    "store-unavailable",
    "not-http",
    "request-timeout",
    "head-too-large",
    "too-many-connections",
    "too-many-streams",
}
"""Programs compare with these: a name may be added here, but none changed or taken away."""


async def raising(request: Request) -> Response:
    """What takes luck to meet."""
    raise {
        "progress": KeyInProgress(),
        "store": StoreUnavailable("host db"),
        "bug": RuntimeError("inside"),
        "teapot": HTTPException(418),
    }[request.path_params["what"]]


@dataclass(frozen=True)
class Services:
    """One that asks for keys, one that does not, and the port of one with tight limits on connections."""

    keyed: Api
    open: Api
    tight: int


@pytest.fixture
def services(make_hub: HubMaker, serve: Callable[..., Api], tmp_path: Path) -> Iterator[Services]:
    keyed = make_hub(worker=False, max_body_bytes=100_000, data_dir=tmp_path / "keyed", events={"streams": 0})
    unkeyed = make_hub(worker=False, auth="none", data_dir=tmp_path / "open")
    tight = Limits(head_s=0.05, connections=1)
    with (
        running(make_app(keyed, [Route("/raises/{what}", raising)])) as port,
        running(make_app(keyed), limits=tight, types=TYPES) as tight_port,
    ):
        yield Services(Api(keyed, port), serve(unkeyed), tight_port)


def with_scope(api: Api, scope: str) -> Api:
    api.key = str(api.hub.keys.create("narrow", [scope]).key)
    return api


def too_often(api: Api) -> Reply:
    api.key = str(api.hub.keys.create("slow", rate_limit=1).key)
    while (reply := api.get("/api/v1/channels")).status != 429:
        pass  # a minute may end meanwhile
    return reply


def reused(api: Api) -> Reply:
    good = {"text": "Hello", "recipients": [{"telegram": "1"}], "send_at": LATER}
    api.post(MESSAGES, good, Idempotency_Key="a")
    return api.post(MESSAGES, {**good, "text": "Hello again"}, Idempotency_Key="a")


def changed_too_late(api: Api) -> Reply:
    id_ = api.create().json["id"]
    api.ask("POST", f"{MESSAGES}/{id_}/cancel")
    return api.ask("PATCH", f"{MESSAGES}/{id_}", b'{"text": "x"}')


def sent(port: int, request: bytes) -> Reply:
    """What the server says to these bytes."""
    with Client(port) as client:
        client.send(request)
        answer = client.answer()
    headers = HTTPMessage()
    for name, value in answer.headers.items():
        headers[name] = value
    return Reply(answer.status, headers, answer.body)


def turned_away(port: int) -> Reply:
    with Client(port) as first:
        first.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        first.answer()  # it is kept, and rests
        return sent(port, b"")


CASES: dict[str, Callable[[Services], Reply]] = {
    "invalid-json": lambda at: at.keyed.post(MESSAGES, b"{"),
    "invalid-gzip": lambda at: at.keyed.post(MESSAGES, {}, Content_Encoding="gzip"),
    "unauthorized": lambda at: at.keyed.get(MESSAGES, Authorization=""),
    "missing-scope": lambda at: with_scope(at.keyed, "read").create(),
    "not-signed": lambda at: at.keyed.post("/receipts/viber", {}),
    "foreign-origin": lambda at: at.open.get("/", Origin="https://evil.example"),
    "not-found": lambda at: at.keyed.get(f"{MESSAGES}/{ID}"),
    "no-such-path": lambda at: at.keyed.get("/api/v1/nonsense"),
    "method-not-allowed": lambda at: at.keyed.ask("DELETE", MESSAGES),
    "conflict": lambda at: changed_too_late(at.keyed),
    "request-in-progress": lambda at: at.keyed.get("/raises/progress"),
    "body-too-large": lambda at: at.keyed.post(MESSAGES, b" " * 100_001),
    "unsupported-encoding": lambda at: at.keyed.post(MESSAGES, {}, Content_Encoding="br"),
    "foreign-host": lambda at: at.open.get("/", Host="evil.example"),
    "invalid-request": lambda at: at.keyed.create(text=""),
    "idempotency-key-reused": lambda at: reused(at.keyed),
    "too-many-requests": lambda at: too_often(at.keyed),
    "internal-error": lambda at: at.keyed.get("/raises/bug"),
    "store-unavailable": lambda at: at.keyed.get("/raises/store"),
    "too-many-streams": lambda at: at.keyed.get("/api/v1/events", Accept="text/event-stream"),
    "not-http": lambda at: sent(at.tight, b"\x16\x03\x01\r\n\r\n"),
    "request-timeout": lambda at: sent(at.tight, b"GET / HT"),
    "head-too-large": lambda at: sent(at.tight, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"),
    "too-many-connections": lambda at: turned_away(at.tight),
}


def test_every_kind_is_provoked_here() -> None:
    assert CASES.keys() == {kind.name for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_problem_has_the_type_title_and_status_of_its_kind(services: Services, kind: Kind) -> None:
    reply = CASES[kind.name](services)

    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json.items() >= {"type": kind.type, "title": kind.title, "status": kind.status}.items()
    assert reply.status == kind.status


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.headers], ids=lambda kind: kind.name)
def test_a_problem_has_the_headers_of_its_kind(services: Services, kind: Kind) -> None:
    headers = CASES[kind.name](services).headers

    assert all(headers[name] for name in kind.headers)


def test_a_status_of_starlettes_that_no_kind_has_is_taken_for_a_bug(services: Services) -> None:
    assert services.keyed.get("/raises/teapot").json["type"] == "/problems/internal-error"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_example_has_the_members_of_what_is_answered(services: Services, kind: Kind) -> None:
    assert CASES[kind.name](services).json.keys() == kind.example.keys()


def wording(text: str) -> str:
    """A text without what differs from case to case: numbers, ids and hosts."""
    return re.sub(r"https?://\S+|\w+\.example|[0-9a-f-]{36}|[0-9]+(\.[0-9]+)?", "…", text)


# A conflict has many texts, and these name what was asked for.
VARIED = {"conflict", "no-such-path"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name not in VARIED], ids=lambda kind: kind.name)
def test_the_text_of_an_example_is_that_of_the_answer(services: Services, kind: Kind) -> None:
    assert wording(CASES[kind.name](services).json["detail"]) == wording(str(kind.example["detail"]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_type_leads_to_a_page_that_tells_what_to_do(services: Services, kind: Kind) -> None:
    type_ = CASES[kind.name](services).json["type"]

    reply = services.keyed.get(type_, Authorization="")

    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    text = unescape(re.sub(r"</?code>", "`", re.sub(r"(?s).*<body>", "", reply.body.decode())))
    assert f"<h1>{kind.name}</h1>" in text
    assert all(told in text for told in (str(kind.status), kind.title, kind.means, kind.advice))
    assert json.loads(text.partition("<pre>")[2].partition("</pre>")[0]) == kind.example


def test_the_page_of_all_leads_to_each(small_api: Api) -> None:
    html = small_api.get("/problems/", Authorization="").body.decode()
    links = re.findall(r'<a href="([^"]+)"', html)

    assert links == [kind.type for kind in KINDS]
    assert [small_api.get(link, Authorization="").status for link in links] == [200] * len(KINDS)


def test_the_page_of_all_is_found_without_its_slash(small_api: Api) -> None:
    reply = small_api.get("/problems")

    assert (reply.status, reply.headers["Location"]) == (307, "/problems/")


def test_a_kind_that_does_not_exist_has_no_page(small_api: Api) -> None:
    reply = small_api.get("/problems/nonsense")

    assert (reply.status, reply.json["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("path", ["/problems/", "/problems/conflict"])
def test_a_page_runs_nothing_and_reaches_only_its_styles(small_api: Api, path: str) -> None:
    reply = small_api.get(path, Authorization="")
    html = reply.body.decode()
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert "script-src" not in policy
    assert not re.search(r"<script|<style|\s(?:on\w+|style)=|https?://", html)
    (styles,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert small_api.get(styles, Authorization="").headers["Content-Type"].startswith("text/css")


def test_no_released_name_is_gone() -> None:
    assert {kind.name for kind in KINDS} >= RELEASED


def test_names_are_unique_and_fit_for_a_uri() -> None:
    names = [kind.name for kind in KINDS]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in names)


def test_every_kind_is_in_the_table_and_made_nowhere_else() -> None:
    """`problems.problem` takes nothing but a kind, so no problem can be answered that has no page."""
    tables = (kinds, connection_kinds)
    made = [value for table in tables for value in vars(table).values() if isinstance(value, Kind)]
    others = [path for path in SOURCES.rglob("*.py") if path.name not in ("kinds.py", "connection_kinds.py")]

    assert made == list(KINDS)
    assert not [path for path in others if re.search(r"\bKind\(|about:blank", path.read_text())]


def test_every_status_in_the_openapi_document_has_a_kind() -> None:
    assert {kind.status for kind in KINDS} >= TOLD


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.status in TOLD], ids=lambda kind: kind.name)
def test_the_openapi_document_names_the_kinds_of_a_status(document: dict[str, Any], kind: Kind) -> None:
    responses = document["components"]["responses"]

    media = responses[f"problem-{kind.status}"]["content"]["application/problem+json"]

    assert kind.type in media["schema"]["allOf"][1]["properties"]["type"]["enum"]
    assert media["examples"][kind.name]["value"] == kind.example


def test_the_document_holds_the_table_and_nothing_else() -> None:
    """`make docs` writes it anew."""
    assert TARGET.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_document_has_a_paragraph_for_each_kind(kind: Kind) -> None:
    section = TARGET.read_text(encoding="utf-8").partition(f"\n## {kind.name}\n")[2].partition("\n## ")[0]

    assert str(kind.status) in section
    assert kind.means in section
    assert kind.advice in section
