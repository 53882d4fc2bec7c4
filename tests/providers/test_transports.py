"""Both transports tell "nothing was sent" from "nobody can know", over real sockets."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from notifyhub.errors import SettingsError
from notifyhub.providers import transport as transports
from notifyhub.providers.aiohttp_transport import AiohttpTransport
from notifyhub.providers.http import BODY_LIMIT, AnswerLost, HttpRequest, HttpResponse, NotConnected, Transport
from notifyhub.providers.pyreqwest_transport import PyreqwestTransport
from notifyhub.providers.transport import make_transport
from notifyhub.testing.scripted_server import Act, ScriptedServer, answer, half, hung_up, silent, written

Make = Callable[[int], Transport]

T = TypeVar("T")
PATIENT_S = 20.0
HASTY_S = 0.3


@pytest.fixture(params=[AiohttpTransport, PyreqwestTransport])
def make(request: pytest.FixtureRequest) -> Make:
    return request.param


async def post(transport: Transport, url: str, timeout_s: float = PATIENT_S) -> HttpResponse:
    return await transport.post(HttpRequest(url, b'{"a": 1}', {"X-Test": "yes"}), timeout_s)


def answered(make: Make, *acts: Act, timeout_s: float = PATIENT_S, scheme: str = "http") -> HttpResponse:
    async def call(transport: Transport, server: ScriptedServer) -> HttpResponse:
        return await post(transport, server.url.replace("http", scheme, 1), timeout_s)

    return with_server(make, call, *acts)


def with_server(make: Make, call: Callable[[Transport, ScriptedServer], Awaitable[T]], *acts: Act) -> T:
    async def run() -> T:
        transport = make(4)
        async with ScriptedServer(*acts) as server:
            try:
                return await call(transport, server)
            finally:
                await transport.aclose()

    return asyncio.run(run())


def unanswered(make: Make, url: str, timeout_s: float = PATIENT_S) -> HttpResponse:
    async def run() -> HttpResponse:
        transport = make(4)
        try:
            return await post(transport, url, timeout_s)
        finally:
            await transport.aclose()

    return asyncio.run(run())


def test_an_answer_comes_with_status_headers_and_body(make: Make) -> None:
    response = answered(make, answer(418, {"ok": True}, Retry_After="7"))
    assert (response.status, response.headers.get("retry-after"), response.body) == (418, "7", b'{"ok": true}')


def test_a_header_that_did_not_come_is_none(make: Make) -> None:
    assert answered(make, answer(200, {})).headers.get("retry-after") is None


def test_the_request_goes_out_as_given(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        await post(transport, server.url + "/bot1:a/x")
        seen = server.seen[0]
        assert seen.line == "POST /bot1:a/x HTTP/1.1"
        assert (seen.headers["x-test"], seen.body) == ("yes", b'{"a": 1}')

    with_server(make, call, answer(200, {}))


def test_connections_are_kept_and_used_again(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        for _ in range(5):
            await post(transport, server.url)
        assert server.connections == 1

    with_server(make, call, answer(200, {}))


def test_a_redirect_is_not_followed(make: Make) -> None:
    assert answered(make, answer(302, {}, Location="/elsewhere")).status == 302


def test_cookies_are_not_kept(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        await post(transport, server.url)
        await post(transport, server.url)
        assert "cookie" not in server.seen[1].headers

    with_server(make, call, answer(200, {}, Set_Cookie="a=b"))


def test_a_proxy_of_the_environment_is_not_used(make: Make, monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    assert answered(make, answer(200, {})).status == 200


def test_a_compressed_answer_is_unpacked(make: Make) -> None:
    response = answered(make, answer(200, gzip.compress(b'{"ok": true}'), Content_Encoding="gzip"))
    assert response.body == b'{"ok": true}'


def test_a_chunked_answer_is_whole(make: Make) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    response = answered(make, written(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert response.body == b"abcde"


def test_an_answer_without_body_is_an_answer(make: Make) -> None:
    assert answered(make, answer(503, b"")).body == b""


def test_no_more_than_the_limit_is_read_of_an_endless_answer(make: Make) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    response = answered(make, written(head + b"x" * (BODY_LIMIT + 100_000)))
    assert response.body == b"x" * BODY_LIMIT


def test_after_a_cut_answer_the_connection_is_not_used_again(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        await post(transport, server.url)
        assert (await post(transport, server.url)).body == b"{}"
        assert server.connections == 2

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    with_server(make, call, written(head + b"x" * (BODY_LIMIT + 100_000)), answer(200, {}))


def test_a_packed_answer_is_cut_by_its_unpacked_size(make: Make) -> None:
    packed = gzip.compress(b"x" * (5 * BODY_LIMIT))
    assert len(answered(make, answer(200, packed, Content_Encoding="gzip")).body) == BODY_LIMIT


@pytest.mark.parametrize("timeout_s", [PATIENT_S, HASTY_S])
def test_on_a_closed_port_nothing_was_sent(make: Make, closed_port: int, timeout_s: float) -> None:
    with pytest.raises(NotConnected):
        unanswered(make, f"http://127.0.0.1:{closed_port}/", timeout_s)


def test_a_failure_does_not_show_the_url_in_which_there_may_be_a_token(make: Make, closed_port: int) -> None:
    with pytest.raises(NotConnected) as failed:
        unanswered(make, f"http://127.0.0.1:{closed_port}/bot1:secret/send?key=secret")

    assert "secret" not in str(failed.value)


def test_with_an_unknown_host_nothing_was_sent(make: Make) -> None:
    with pytest.raises(NotConnected):
        unanswered(make, "http://no-such-host.invalid/")


@pytest.mark.parametrize("timeout_s", [HASTY_S, 1.0])
def test_with_time_up_while_connecting_nothing_was_sent(make: Make, full_port: int, timeout_s: float) -> None:
    with pytest.raises(NotConnected):
        unanswered(make, f"http://127.0.0.1:{full_port}/", timeout_s)


def test_with_a_tls_handshake_that_fails_nothing_was_sent(make: Make) -> None:
    async def run() -> None:
        plain = await asyncio.start_server(lambda _, writer: writer.write(b"HTTP/1.1 400 No\r\n\r\n"), "127.0.0.1", 0)
        transport = make(4)
        with pytest.raises(NotConnected):
            await post(transport, f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/")
        await transport.aclose()
        plain.close()

    asyncio.run(run())


def test_with_a_tls_handshake_that_hangs_nothing_was_sent(make: Make) -> None:
    with pytest.raises(NotConnected):
        answered(make, silent, timeout_s=HASTY_S, scheme="https")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/", "http:///path", "http://[::"])
def test_with_a_url_that_is_none_nothing_was_sent(make: Make, url: str) -> None:
    with pytest.raises(NotConnected):
        unanswered(make, url)


@pytest.mark.parametrize("timeout_s", [0, -1, 1e-9])
def test_without_time_nothing_was_sent(make: Make, timeout_s: float) -> None:
    with pytest.raises(NotConnected, match="no time left"):
        answered(make, answer(200, {}), timeout_s=timeout_s)


def test_a_closed_transport_sends_nothing(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        await transport.aclose()
        with pytest.raises(NotConnected, match="closed"):
            await post(transport, server.url)
        assert not server.seen

    with_server(make, call, answer(200, {}))


def test_a_silent_server_leaves_the_end_unknown(make: Make) -> None:
    with pytest.raises(AnswerLost) as lost:
        answered(make, silent, timeout_s=HASTY_S)
    assert lost.value.code == "timeout"


def test_silence_on_a_connection_used_before_leaves_the_end_unknown(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        await post(transport, server.url, HASTY_S)
        with pytest.raises(AnswerLost) as lost:
            await post(transport, server.url, HASTY_S)
        assert (lost.value.code, server.connections) == ("timeout", 1)

    with_server(make, call, answer(200, {}), silent)


def test_silence_in_mid_body_leaves_the_end_unknown(make: Make) -> None:
    with pytest.raises(AnswerLost) as lost:
        answered(make, written(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), timeout_s=HASTY_S)
    assert lost.value.code == "timeout"


@pytest.mark.parametrize(
    "act",
    [hung_up, half, written(b"SSH-2.0-hello\r\n\r\n")],
    ids=["hung up", "half a body", "not HTTP"],
)
def test_a_broken_answer_leaves_the_end_unknown(make: Make, act: Act) -> None:
    with pytest.raises(AnswerLost) as lost:
        answered(make, act)
    assert lost.value.code == "connection_lost"


def test_a_cut_chunked_body_leaves_the_end_unknown(make: Make) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        writer.close()

    with pytest.raises(AnswerLost) as lost:
        answered(make, cut)
    assert lost.value.code == "connection_lost"


def test_a_lost_post_is_not_sent_again(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        await post(transport, server.url)
        with pytest.raises(AnswerLost):
            await post(transport, server.url)
        assert len(server.seen) == 2

    with_server(make, call, answer(200, {}), hung_up)


def test_a_cancelled_call_is_cancelled(make: Make) -> None:
    async def call(transport: Transport, server: ScriptedServer) -> None:
        task = asyncio.ensure_future(post(transport, server.url))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    reached = asyncio.Event()

    async def told(_writer: asyncio.StreamWriter) -> None:
        reached.set()

    with_server(make, call, told)


def test_auto_takes_the_fast_wheel_where_it_is_installed() -> None:
    assert isinstance(make_transport("auto", 4), PyreqwestTransport)


def test_auto_takes_aiohttp_where_the_fast_wheel_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "find_spec", lambda _: None)
    assert isinstance(make_transport("auto", 4), AiohttpTransport)


def test_a_transport_is_taken_by_name() -> None:
    assert isinstance(make_transport("aiohttp", 4), AiohttpTransport)


def test_naming_a_missing_transport_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"pip install notifyhub\[fast\]"):
        make_transport("pyreqwest", 4)
