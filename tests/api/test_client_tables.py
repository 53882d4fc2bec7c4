"""/api/v1/clients/import and /export: tables that are larger than other bodies."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest
from notifyhub.client import AsyncClient, Client
from notifyhub.errors import NotAllowed, ServiceUnavailable
from tests.api.conftest import Api
from tests.conftest import HubMaker

CLIENTS = "/api/v1/clients"
IMPORT, EXPORT = f"{CLIENTS}/import", f"{CLIENTS}/export"


def table(rows: int) -> bytes:
    return "\n".join(["phone,tags", *(f"7903{n:07},a" for n in range(rows))]).encode()


@pytest.fixture
def narrow_api(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    """Bodies of a kilobyte, imports of a hundred."""
    return serve(make_hub(worker=False, max_body_bytes=1_024, max_import_bytes=100_000))


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_an_import_may_be_larger_than_other_bodies(narrow_api: Api, encoding: str) -> None:
    body = gzip.compress(table(5_000)) if encoding else table(5_000)

    reply = narrow_api.post(IMPORT, body, Content_Encoding=encoding)

    assert (reply.status, reply.json["created"]) == (200, 5_000)
    assert narrow_api.post(CLIENTS, b" " * 1_025).status == 413


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_an_import_has_a_limit_too(narrow_api: Api, encoding: str) -> None:
    body = gzip.compress(table(20_000)) if encoding else table(20_000)

    reply = narrow_api.post(IMPORT, body, Content_Encoding=encoding)

    assert (reply.status, reply.json["type"]) == (413, "/problems/body-too-large")
    assert narrow_api.get(CLIENTS).json["items"] == []


def test_a_file_of_several_megabytes_is_imported(api: Api) -> None:
    done = api.post(IMPORT, table(100_000)).json

    assert (done["created"], done["failed"]) == (100_000, 0)


def test_an_import_is_done_once_under_one_name(api: Api) -> None:
    first = api.post(IMPORT, table(3), Idempotency_Key="a")
    again = api.post(IMPORT, table(3), Idempotency_Key="a")
    another = api.post(IMPORT, table(4), Idempotency_Key="a")

    assert (first.json["created"], again.body, again.headers["Idempotency-Replayed"]) == (3, first.body, "true")
    assert (another.status, another.faults) == (422, [("Idempotency-Key", "reused")])
    assert len(api.get(CLIENTS).json["items"]) == 3


def test_large_files_under_one_name_are_told_apart_by_their_last_row(api: Api) -> None:
    assert api.post(IMPORT, table(100_000), Idempotency_Key="a").status == 200

    assert api.post(IMPORT, table(99_999) + b"\n79040000000,a", Idempotency_Key="a").status == 422


def test_a_body_in_pieces_is_imported(small_api: Api) -> None:
    pieces = iter([b"phone\n7903", b"0000001\n", b"79030000002"])
    connection = http.client.HTTPConnection("127.0.0.1", small_api.port, timeout=30)
    headers = {"Authorization": f"Bearer {small_api.key}", "Transfer-Encoding": "chunked"}

    connection.request("POST", IMPORT, pieces, headers, encode_chunked=True)

    assert connection.getresponse().status == 200
    assert len(small_api.get(CLIENTS).json["items"]) == 2
    connection.close()


@pytest.mark.parametrize(
    ("query", "media", "name"),
    [
        ("", "text/csv; charset=utf-8", "clients.csv"),
        ("?format=csv&excel=true", "text/csv; charset=utf-8", "clients.csv"),
        ("?format=jsonl", "application/x-ndjson", "clients.jsonl"),
    ],
)
def test_an_export_is_a_file_that_an_import_takes(api: Api, query: str, media: str, name: str) -> None:
    api.post(IMPORT, table(2_500))

    reply = api.get(EXPORT + query)

    assert (reply.status, reply.headers["Content-Type"]) == (200, media)
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert reply.headers["Cache-Control"] == "no-store"
    assert api.post(IMPORT, reply.body).json["updated"] == 2_500


def test_the_filters_of_an_export_are_those_of_the_list(api: Api) -> None:
    api.post(CLIENTS, {"phone": "79030000001", "tags": ["a", "vip"]})
    api.post(CLIENTS, {"phone": "79050000002", "tags": ["a"]})

    assert api.get(f"{EXPORT}?tag=a&tag=b&operator_code=905&format=jsonl").body.startswith(b'{"phone":"79050000002"')
    assert api.get(f"{EXPORT}?search=vip&format=jsonl").body.count(b"\n") == 1


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("format=xml", ("$.format", "unknown_value")),
        ("excel=yes", ("$.excel", "unknown_value")),
        ("format=jsonl&excel=true", ("$.excel", "form")),
        ("timezone=Mars", ("$.timezone", "form")),
        ("limit=5", ("$.limit", "unknown_field")),
    ],
)
def test_what_is_wrong_with_an_export_is_named(small_api: Api, query: str, fault: tuple[str, str]) -> None:
    reply = small_api.get(f"{EXPORT}?{query}")

    assert (reply.status, reply.faults) == (422, [fault])


def test_an_export_needs_the_scope_of_the_list(small_api: Api) -> None:
    small_api.key = str(small_api.hub.keys.create("reader", ["read"]).key)
    assert small_api.get(EXPORT).status == 200

    small_api.key = str(small_api.hub.keys.create("sender", ["send"]).key)
    assert small_api.get(EXPORT).status == 403


def test_a_head_request_is_answered_without_the_table(small_api: Api) -> None:
    reply = small_api.ask("HEAD", EXPORT)

    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, b"", "text/csv; charset=utf-8")


def client_of(api: Api) -> Client:
    return Client(f"http://127.0.0.1:{api.port}", api.key, patience_s=0)


PERSON = {"tags": ["a;b"], "attributes": {"text": 'two\r\n"lines"', "more": "\n\n"}}


@pytest.mark.parametrize("name", ["c.csv", "c.jsonl"])
def test_a_client_of_a_service_moves_files_in_both_directions(narrow_api: Api, tmp_path: Path, name: str) -> None:
    seen: list[int] = []
    with client_of(narrow_api) as client:
        client.clients.create("79030000001", **PERSON)
        (tmp_path / "in.csv").write_bytes(table(3_000))
        assert client.clients.import_(tmp_path / "in.csv", progress=seen.append).created == 3_000 - 1
        assert seen[-1] == (tmp_path / "in.csv").stat().st_size

        assert client.clients.export(tmp_path / name, progress=seen.append) == 3_000
        assert client.clients.export(io.BytesIO(), tag=["nobody"]) == 0

    assert seen[-1] == 3_000
    narrow_api.hub.clients.export(tmp_path / f"here-{name}")
    assert (tmp_path / name).read_bytes() == (tmp_path / f"here-{name}").read_bytes()


def test_a_client_in_asyncio_does_too(narrow_api: Api) -> None:
    async def both_ways() -> tuple[int, int]:
        async with AsyncClient(f"http://127.0.0.1:{narrow_api.port}", narrow_api.key) as client:
            done = await client.clients.import_(io.BytesIO(table(3_000)))
            return done.created, await client.clients.export(io.BytesIO())

    assert asyncio.run(both_ways()) == (3_000, 3_000)


def test_a_refused_export_leaves_the_file_that_is_there(small_api: Api, tmp_path: Path) -> None:
    kept = tmp_path / "c.csv"
    kept.write_text("kept")
    with client_of(small_api) as client, pytest.raises(InvalidRequest) as caught:
        client.clients.export(kept, timezone="Mars")
    small_api.key = str(small_api.hub.keys.create("sender", ["send"]).key)
    with client_of(small_api) as client, pytest.raises(NotAllowed):
        client.clients.export(kept)

    assert [fault.path for fault in caught.value.faults] == ["timezone"]
    assert kept.read_text() == "kept"


def test_an_export_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    from tests.serving import running

    async def half(_: Any) -> StreamingResponse:
        async def parts() -> Any:
            yield b"phone\r\n79030000001\r\n"
            raise OSError("the service was killed")

        return StreamingResponse(parts())

    app = Starlette(routes=[Route(EXPORT, half)])
    with (
        running(app) as port,
        Client(f"http://127.0.0.1:{port}") as client,
        pytest.raises(ServiceUnavailable, match="broke off"),
    ):
        client.clients.export(tmp_path / "c.csv")
