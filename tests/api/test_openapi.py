"""The OpenAPI document: valid, complete, and true of what goes over the wire."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from notifyhub_api.app import OPERATIONS, make_app
from notifyhub_api.dashboard import app as dashboard
from notifyhub_api.operations import Operation
from notifyhub_api.resources.dialects import ITEMS, SENDMSG
from tests.api.conftest import LATER, Api, Reply
from tests.api.fuzzing import found
from tests.conftest import HubMaker

ID = "01a1fd9d-2e91-70c5-aee9-108a46972697"
MESSAGES = "/api/v1/messages"
KEYS = "/api/v1/keys"
RESOLVE = "/api/v1/deliveries/{id}/resolve"
GOOD = {"text": "Hello", "recipients": [{"telegram": "1"}], "send_at": "2126-12-01T10:00Z"}
PAGES = ("/docs/", "/api/v1/schema/swagger-ui/", "/redoc/", "/api/v1/schema/redoc/")
PROBLEMS = ("/problems", "/problems/", "/problems/{name}")
OURS = ("start-swagger-ui.js", "start-redoc.js", "pages.css", "problems.css")


def document_of(api: Api) -> dict[str, Any]:
    document: dict[str, Any] = api.get("/openapi.json", Authorization="").json
    return document


def strict(schema: Any) -> Any:
    """The same schema, but members that it does not name are wrong."""
    if isinstance(schema, list):
        return [strict(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {}
    return {**{name: strict(inner) for name, inner in schema.items()}, **closed}


def assert_valid(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    components = {**document["components"], "schemas": strict(document["components"]["schemas"])}
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator({**schema, "components": components}, format_checker=checker).validate(value)


def response_of(document: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    response: dict[str, Any] = document["paths"][path][method.lower()]["responses"][str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_the_document_stands_under_the_api_too(small_api: Api) -> None:
    assert small_api.get("/api/v1/schema/", Authorization="").json == document_of(small_api)


def test_every_route_is_in_the_document_and_the_reverse(small_api: Api) -> None:
    routes = [route for route in make_app(small_api.hub).routes if isinstance(route, Route)]
    told = {(method.upper(), path) for path, methods in document_of(small_api)["paths"].items() for method in methods}

    served = {(method, route.path) for route in routes if route.include_in_schema for method in route.methods or ()}

    assert {route for route in served if route[0] != "HEAD"} == told
    hidden = {route.path for route in routes if not route.include_in_schema}
    other = {"/openapi.json", "/api/v1/schema/", "/docs", "/redoc", *PAGES, *PROBLEMS}
    pages = (
        *dashboard.at_the_root(OPERATIONS),
        *dashboard.routes(OPERATIONS),
        *dashboard.at_no_page(OPERATIONS),
    )
    other |= {route.path for route in pages if isinstance(route, Route)}
    assert hidden == other | {alias for operation in OPERATIONS for alias in operation.aliases}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_what_needs_a_key_says_so_and_what_says_so_needs_one(
    small_api: Api, document: dict[str, Any], operation: Operation
) -> None:
    told = document["paths"][operation.path][operation.method.lower()]["security"]

    reply = small_api.ask(operation.method, operation.path.replace("{id}", ID), Authorization="")

    assert (reply.status == 401) == bool(told)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation.id for operation in OPERATIONS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_examples_fit_their_models(document: dict[str, Any], operation: Operation) -> None:
    told = document["paths"][operation.path][operation.method.lower()]
    contents = [response["content"] for response in told["responses"].values() if "content" in response]
    contents += [told["requestBody"]["content"]] if "requestBody" in told else []

    for content in contents:
        for media in content.values():
            if "example" in media:
                assert_valid(document, media["schema"], media["example"])


def test_examples_of_problems_fit_their_model(document: dict[str, Any]) -> None:
    for response in document["components"]["responses"].values():
        media = response["content"]["application/problem+json"]
        assert media["examples"]
        for example in media["examples"].values():
            assert_valid(document, media["schema"], example["value"])


def test_the_example_of_a_message_is_accepted(small_api: Api, document: dict[str, Any]) -> None:
    content = document["paths"][MESSAGES]["post"]["requestBody"]["content"]

    assert small_api.post(MESSAGES, content["application/json"]["example"]).status == 202


def created(api: Api) -> str:
    return str(api.create().json["id"])


def cancelled(api: Api) -> str:
    id_ = created(api)
    api.ask("POST", f"{MESSAGES}/{id_}/cancel")
    return id_


def ids(api: Api) -> list[int]:
    """One delivery that there is, and one that there is not."""
    return [api.create().json["deliveries"][0]["id"], 999_999]


def patch(api: Api, id_: str, document: object) -> Reply:
    return api.ask("PATCH", f"{MESSAGES}/{id_}", json.dumps(document).encode())


def with_scope(api: Api, scope: str) -> Api:
    api.key = str(api.hub.keys.create("narrow", [scope]).key)
    return api


def too_often(api: Api, path: str) -> Reply:
    api.key = str(api.hub.keys.create("slow", rate_limit=1).key)
    while (reply := api.get(path)).status != 429:
        pass  # a minute may end meanwhile
    return reply


Ask = Callable[[Api], Reply]


def signed_by_viber(api: Api) -> Any:
    signature = hmac.new(b"0000000000000000-0000000000000000-0000000000000000", b"{}", "sha256").hexdigest()
    return api.ask("POST", "/receipts/viber", b"{}", X_Viber_Content_Signature=signature)


ANSWERS: list[tuple[str, str, int, Ask]] = [
    ("GET", "/", 200, lambda api: api.get("/")),
    ("POST", "/receipts/viber", 200, lambda api: signed_by_viber(api)),
    ("GET", "/health/live", 200, lambda api: api.get("/health/live")),
    ("GET", "/health/ready", 200, lambda api: api.get("/health/ready")),
    (
        "POST",
        MESSAGES,
        202,
        lambda api: api.create(metadata={"a": None}, reference="r", expires_at="2127-01-01T00:00Z"),
    ),
    ("POST", MESSAGES, 202, lambda api: [api.create(), api.create()][1]),
    ("POST", MESSAGES, 400, lambda api: api.post(MESSAGES, b"{")),
    ("POST", MESSAGES, 401, lambda api: api.ask("POST", MESSAGES, Authorization="")),
    ("POST", MESSAGES, 403, lambda api: with_scope(api, "read").create()),
    ("POST", MESSAGES, 400, lambda api: api.post(MESSAGES, b"{}", Content_Encoding="gzip")),
    ("POST", MESSAGES, 415, lambda api: api.post(MESSAGES, GOOD, Content_Encoding="br")),
    ("POST", MESSAGES, 413, lambda api: api.post(MESSAGES, b" " * 100_001)),
    ("POST", MESSAGES, 422, lambda api: api.create(text="", recipients=[{"telegram": "x"}])),
    ("GET", f"{MESSAGES}/{{id}}", 200, lambda api: api.get(f"{MESSAGES}/{created(api)}")),
    ("GET", f"{MESSAGES}/{{id}}", 401, lambda api: api.get(f"{MESSAGES}/{ID}", Authorization="Bearer nh_x")),
    ("GET", f"{MESSAGES}/{{id}}", 403, lambda api: with_scope(api, "send").get(f"{MESSAGES}/{ID}")),
    ("GET", f"{MESSAGES}/{{id}}", 404, lambda api: api.get(f"{MESSAGES}/{ID}")),
    ("POST", f"{MESSAGES}/{{id}}/cancel", 200, lambda api: api.ask("POST", f"{MESSAGES}/{created(api)}/cancel")),
    ("POST", f"{MESSAGES}/{{id}}/cancel", 404, lambda api: api.ask("POST", f"{MESSAGES}/{ID}/cancel")),
    ("GET", f"{MESSAGES}/{{id}}/deliveries", 200, lambda api: api.get(f"{MESSAGES}/{created(api)}/deliveries")),
    ("GET", f"{MESSAGES}/{{id}}/deliveries", 404, lambda api: api.get(f"{MESSAGES}/{ID}/deliveries")),
    ("GET", f"{MESSAGES}/{{id}}/deliveries", 422, lambda api: api.get(f"{MESSAGES}/{ID}/deliveries?limit=0")),
    (
        "GET",
        "/api/v1/deliveries/{id}",
        200,
        lambda api: api.get(f"/api/v1/deliveries/{api.create().json['deliveries'][0]['id']}"),
    ),
    ("POST", MESSAGES, 405, lambda api: api.ask("DELETE", MESSAGES)),
    ("GET", "/api/v1/deliveries/{id}", 429, lambda api: too_often(api, "/api/v1/deliveries/1")),
    ("POST", KEYS, 201, lambda api: api.post(KEYS, {"name": "n", "scopes": ["send"], "expires_at": LATER})),
    ("POST", KEYS, 422, lambda api: api.post(KEYS, {"name": "n", "scopes": []})),
    ("GET", KEYS, 200, lambda api: api.get(KEYS)),
    ("GET", KEYS, 403, lambda api: with_scope(api, "send").get(KEYS)),
    ("GET", f"{KEYS}/{{id}}", 200, lambda api: api.get(f"{KEYS}/1")),
    ("GET", f"{KEYS}/{{id}}", 404, lambda api: api.get(f"{KEYS}/9")),
    ("POST", f"{KEYS}/{{id}}/revoke", 200, lambda api: api.ask("POST", f"{KEYS}/1/revoke")),
    ("POST", f"{KEYS}/{{id}}/revoke", 404, lambda api: api.ask("POST", f"{KEYS}/9/revoke")),
    ("POST", f"{MESSAGES}/batch", 202, lambda api: api.post(f"{MESSAGES}/batch", {"messages": [GOOD]})),
    ("POST", f"{MESSAGES}/batch", 200, lambda api: api.post(f"{MESSAGES}/batch", {"messages": [GOOD, 1]})),
    ("POST", f"{MESSAGES}/batch", 422, lambda api: api.post(f"{MESSAGES}/batch", {})),
    ("GET", MESSAGES, 200, lambda api: [api.create(), api.create(text="x"), api.get(f"{MESSAGES}?limit=1")][2]),
    ("GET", MESSAGES, 422, lambda api: api.get(f"{MESSAGES}?status=x")),
    ("GET", "/api/v1/deliveries", 200, lambda api: [api.create(), api.get("/api/v1/deliveries")][1]),
    ("GET", "/api/v1/deliveries", 422, lambda api: api.get("/api/v1/deliveries?x=1")),
    ("PATCH", f"{MESSAGES}/{{id}}", 200, lambda api: patch(api, created(api), {"text": "x", "expires_at": None})),
    ("PATCH", f"{MESSAGES}/{{id}}", 404, lambda api: patch(api, ID, {"text": "x"})),
    ("PATCH", f"{MESSAGES}/{{id}}", 409, lambda api: patch(api, cancelled(api), {"text": "x"})),
    ("PATCH", f"{MESSAGES}/{{id}}", 422, lambda api: patch(api, created(api), {})),
    ("POST", f"{MESSAGES}/{{id}}/retry", 200, lambda api: api.ask("POST", f"{MESSAGES}/{created(api)}/retry")),
    ("POST", f"{MESSAGES}/{{id}}/retry", 404, lambda api: api.ask("POST", f"{MESSAGES}/{ID}/retry")),
    ("POST", f"{MESSAGES}/{{id}}/retry", 422, lambda api: api.post(f"{MESSAGES}/{created(api)}/retry", {"x": 1})),
    ("POST", "/api/v1/deliveries/cancel", 200, lambda api: api.post("/api/v1/deliveries/cancel", {"ids": ids(api)})),
    ("POST", "/api/v1/deliveries/cancel", 422, lambda api: api.post("/api/v1/deliveries/cancel", {"ids": [0, "1"]})),
    ("POST", "/api/v1/deliveries/status", 200, lambda api: api.post("/api/v1/deliveries/status", {"ids": ids(api)})),
    ("POST", "/api/v1/deliveries/status", 422, lambda api: api.post("/api/v1/deliveries/status", {"ids": []})),
    ("POST", RESOLVE, 404, lambda api: api.post(RESOLVE.format(id=5), {"as": "sent"})),
    ("POST", RESOLVE, 409, lambda api: api.post(RESOLVE.format(id=ids(api)[0]), {"as": "sent"})),
    ("POST", RESOLVE, 422, lambda api: api.post(RESOLVE.format(id=5), {"as": "lost"})),
    ("GET", "/api/v1/deliveries/{id}", 404, lambda api: api.get("/api/v1/deliveries/1")),
    (
        "GET",
        "/api/v1/deliveries/{id}/why",
        200,
        lambda api: api.get(f"/api/v1/deliveries/{api.create().json['deliveries'][0]['id']}/why"),
    ),
    ("GET", "/api/v1/deliveries/{id}/why", 404, lambda api: api.get("/api/v1/deliveries/1/why")),
    ("GET", "/api/v1/channels", 200, lambda api: api.get("/api/v1/channels")),
    ("GET", "/api/v1/channels/{channel}", 200, lambda api: api.get("/api/v1/channels/telegram")),
    ("GET", "/api/v1/channels/{channel}", 404, lambda api: api.get("/api/v1/channels/pigeon")),
    ("GET", "/api/v1/channels/{channel}/settings", 200, lambda api: api.get("/api/v1/channels/viber/settings")),
    ("GET", "/api/v1/channels/{channel}/settings", 404, lambda api: api.get("/api/v1/channels/pigeon/settings")),
    ("POST", "/api/sendmsg", 202, lambda api: api.post("/api/sendmsg", SENDMSG)),
    ("POST", "/api/sendmsg", 422, lambda api: api.post("/api/sendmsg", {**SENDMSG, "message": ""})),
    ("POST", "/api/", 200, lambda api: api.post("/api/", ITEMS)),
    ("POST", "/api/", 400, lambda api: api.post("/api/", b"{")),
    ("POST", "/api/", 422, lambda api: api.post("/api/", {"ICQ": []})),
    ("GET", "/api/", 200, lambda api: api.get(f"/api/?messages_id={created(api)}")),
    ("GET", "/api/", 400, lambda api: api.ask("GET", "/api/", b"{")),
    ("GET", "/api/", 422, lambda api: api.get("/api/?messages_id=")),
    ("PUT", "/api/", 200, lambda api: api.ask("PUT", "/api/", json.dumps({"message_id": [ID]}).encode())),
    ("PUT", "/api/", 413, lambda api: api.ask("PUT", "/api/", b" " * 100_001)),
    ("PUT", "/api/", 422, lambda api: api.ask("PUT", "/api/", b"{}")),
]


@pytest.mark.parametrize(
    ("method", "path", "status", "ask"),
    ANSWERS,
    ids=[f"{method} {path} {status}" for method, path, status, _ in ANSWERS],
)
def test_answers_fit_the_document(
    small_api: Api, document: dict[str, Any], method: str, path: str, status: int, ask: Ask
) -> None:
    told = response_of(document, method, path, status)

    reply = ask(small_api)

    assert reply.status == status
    assert_valid(document, told["content"][reply.headers["Content-Type"]]["schema"], reply.json)
    absent = {name.lower() for name in told["headers"]} - {name.lower() for name in reply.headers}
    # A conflict tells when to come back only where time alone helps.
    assert absent <= {"link", "idempotency-replayed", *(["retry-after"] if status == 409 else [])}


def test_the_link_of_a_next_page_is_in_the_document(small_api: Api, document: dict[str, Any]) -> None:
    id_ = small_api.create(recipients=[{"telegram": "1"}, {"telegram": "2"}]).json["id"]
    reply = small_api.get(f"{MESSAGES}/{id_}/deliveries?limit=1")

    assert "Link" in reply.headers
    assert "Link" in response_of(document, "GET", f"{MESSAGES}/{{id}}/deliveries", 200)["headers"]


def test_a_request_that_fits_no_address_form_is_told_by_the_document(document: dict[str, Any]) -> None:
    recipient = Draft202012Validator({"$ref": "#/components/schemas/Recipient", "components": document["components"]})

    assert recipient.is_valid({"telegram": 1067000})
    assert not recipient.is_valid({})
    assert not recipient.is_valid({"telegram": None})
    assert not recipient.is_valid({"sms": "1"})


@pytest.mark.parametrize("page", PAGES)
def test_a_page_refers_to_nothing_outside_and_all_that_it_refers_to_is_there(small_api: Api, page: str) -> None:
    reply = small_api.get(page, Authorization="")
    html = reply.body.decode()
    named = [url for url in re.findall(r'(?:src|href|data-document)="([^"]+)"', html) if not url.startswith("data:")]

    assert reply.status == 200
    assert "//" not in html
    assert len(named) >= 4
    assert [small_api.get(url, Authorization="").status for url in named] == [200] * len(named)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_may_run_and_reach_only_what_is_here(small_api: Api, page: str) -> None:
    policy = small_api.get(page, Authorization="").headers["Content-Security-Policy"]
    sources = {name: set(given) for name, *given in (part.split() for part in policy.split(";"))}

    assert sources["default-src"] == {"'none'"}
    assert sources["script-src"] == sources["connect-src"] == {"'self'"}
    assert sources["style-src"] <= {"'self'", "'unsafe-inline'"}
    others = set().union(*(given for name, given in sources.items() if name != "style-src"))
    assert others <= {"'none'", "'self'", "data:", "blob:"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_script_inside(small_api: Api, page: str) -> None:
    assert not re.search(r"<script(?! src=)|<script[^>]*>[^<]|\son\w+=", small_api.get(page).body.decode())


@pytest.mark.parametrize("name", OURS)
def test_the_files_of_our_own_name_no_other_place(small_api: Api, name: str) -> None:
    assert b"//" not in small_api.get(f"/assets/{name}").body.replace(b"// ", b"")


def test_the_styles_load_nothing_from_outside(small_api: Api) -> None:
    assert not re.search(rb"@import|url\([\"']?(?!data:|[\"'])", small_api.get("/assets/swagger-ui.css").body)


def test_assets_are_kept_for_ever_and_never_sent_twice(small_api: Api) -> None:
    first = small_api.get("/assets/swagger-ui.css")

    again = small_api.get("/assets/swagger-ui.css", If_None_Match=first.headers["ETag"])

    assert "immutable" in first.headers["Cache-Control"]
    assert (again.status, again.body) == (304, b"")


def test_no_file_outside_the_assets_is_served(small_api: Api) -> None:
    assert small_api.get("/assets/../app.py").status == 404
    assert small_api.get("/assets/%2e%2e/app.py").status == 404


def test_a_method_that_a_path_has_not_is_told_those_that_it_has(small_api: Api) -> None:
    assert set(small_api.ask("DELETE", f"{MESSAGES}/{ID}").headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH"}


def test_the_document_holds_no_python(document: dict[str, Any]) -> None:
    assert not re.search(r"pydantic|<class|notifyhub[._](?:api|requests|answers)", json.dumps(document))


# Here, because files with many tests are begun first, and these two take minutes.
@pytest.mark.timeout(0)
def test_fuzzing_finds_no_answer_that_the_document_does_not_tell_of(
    make_hub: HubMaker, database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Its long form is `--fuzz-s 300`: seconds of chance in place of a short story that is always the same."""
    hub = make_hub(database_url=database_url)

    said = found(hub, tmp_path, pytestconfig.getoption("--fuzz-s"))

    assert not said, said
