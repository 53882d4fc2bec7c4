"""Proxies, certificates and several accounts: how each channel gets to its messenger."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from provider_cases import CASES, TOKEN, envelope

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, Sent
from notifyhub.errors import SettingsError
from notifyhub.providers.aiohttp_transport import AiohttpTransport
from notifyhub.providers.http import Connection, HttpRequest, HttpResponse, NotConnected, Transport
from notifyhub.providers.pyreqwest_transport import PyreqwestTransport
from notifyhub.providers.registry import make_providers
from notifyhub.settings import load
from notifyhub.testing.scripted_server import ScriptedServer, Seen, answer

Make = Callable[[int, Connection], Transport]
TELEGRAM = CASES[0]
ACCEPTED = answer(*TELEGRAM.accepted)


@pytest.fixture(params=[AiohttpTransport, PyreqwestTransport])
def make(request: pytest.FixtureRequest) -> Make:
    return request.param


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def posted(make: Make, connection: Connection, server: ScriptedServer, url: str = "") -> tuple[HttpResponse, Seen]:
    async def run() -> tuple[HttpResponse, Seen]:
        async with server:
            transport = make(2, connection_to(server, connection))
            try:
                answered = await transport.post(HttpRequest(url or server.url, b"{}"), 20)
            finally:
                await transport.aclose()
            return answered, server.seen[0]

    return asyncio.run(run())


def connection_to(server: ScriptedServer, connection: Connection) -> Connection:
    """A proxy written without its port is the server itself."""
    if connection.proxy is None:
        return connection
    host = server.url.removeprefix("http://")
    return Connection(connection.proxy.replace("PROXY", host), connection.ca_file, connection.verify_tls)


def test_a_proxy_is_asked_for_the_whole_address_with_its_password(make: Make) -> None:
    _, seen = posted(make, Connection("http://me:pw@PROXY"), ScriptedServer(ACCEPTED), "http://messenger.invalid/x")
    assert seen.line == "POST http://messenger.invalid/x HTTP/1.1"
    assert seen.headers["proxy-authorization"] == "Basic bWU6cHc="


def test_a_proxy_that_is_not_there_means_that_nothing_was_sent(make: Make, closed_port: int) -> None:
    async def run() -> None:
        transport = make(2, Connection(f"http://127.0.0.1:{closed_port}"))
        try:
            await transport.post(HttpRequest("http://messenger.invalid/x", b"{}"), 20)
        finally:
            await transport.aclose()

    with pytest.raises(NotConnected):
        asyncio.run(run())


def test_a_certificate_of_nobody_known_is_refused_before_anything_is_sent(make: Make, tls: ssl.SSLContext) -> None:
    with pytest.raises(NotConnected):
        posted(make, Connection(), ScriptedServer(ACCEPTED, tls=tls))


def test_a_certificate_of_ones_own_authority_is_taken(make: Make, tls: ssl.SSLContext, ca_file: Path) -> None:
    answered, _ = posted(make, Connection(ca_file=ca_file), ScriptedServer(ACCEPTED, tls=tls))
    assert answered.status == 200


def test_unverified_any_certificate_is_taken(make: Make, tls: ssl.SSLContext) -> None:
    answered, _ = posted(make, Connection(verify_tls=False), ScriptedServer(ACCEPTED, tls=tls))
    assert answered.status == 200


def test_a_ca_file_that_is_none_is_refused_at_the_start(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("not a certificate")
    with pytest.raises(SettingsError, match=r"ca\.pem is not a PEM file"):
        make(2, Connection(ca_file=path))


@pytest.mark.parametrize("url", [None, "https://api.telegram.org", "https://127.0.0.1.example.com"])
def test_certificates_are_always_verified_away_from_this_machine(url: str | None) -> None:
    with pytest.raises(SettingsError, match="VERIFY_TLS may be false only if BASE_URL is on this machine"):
        load(telegram={"token": "hidden", "base_url": url, "verify_tls": False})


@pytest.mark.parametrize("url", ["https://127.0.0.1:8443", "https://[::1]", "https://localhost"])
def test_on_this_machine_certificates_need_not_be_verified(url: str) -> None:
    assert not load(telegram={"token": "x", "base_url": url, "verify_tls": False}).telegram.verify_tls


def sent(channel: str, sender: str | None, *acts: Any, **settings: Any) -> tuple[Outcome, list[Seen]]:
    """Send by the providers that these settings make."""
    case = next(case for case in CASES if case.name == channel)
    options = {} if sender is None else {"sender": sender}

    async def run() -> tuple[Outcome, list[Seen]]:
        async with ScriptedServer(*acts) as server:
            own = {"base_url": server.url, "token": TOKEN, **settings}
            providers = make_providers(load(http_client="aiohttp", **{channel: own}))
            try:
                asked = envelope(case)
                outcome = await providers[channel].send(
                    Envelope(asked.address, asked.text, asked.reference, 20, options)
                )
            finally:
                for provider in providers.values():
                    await provider.aclose()
            return outcome, server.seen

    return asyncio.run(run())


ALERTS = {"senders": {"alerts": {"token": "99:other-account"}}}


def test_a_message_goes_out_by_the_first_account_unless_it_names_another() -> None:
    outcome, seen = sent("telegram", None, ACCEPTED, **ALERTS)
    assert isinstance(outcome, Sent)
    assert seen[0].line.startswith(f"POST /bot{TOKEN}/")


def test_a_message_goes_out_by_the_account_that_it_names() -> None:
    outcome, seen = sent("telegram", "alerts", ACCEPTED, **ALERTS)
    assert isinstance(outcome, Sent)
    assert seen[0].line.startswith("POST /bot99:other-account/")


def test_a_number_of_its_own_belongs_to_a_whatsapp_account() -> None:
    senders = {"alerts": {"token": "other", "phone_number_id": "77"}}
    whatsapp = next(case for case in CASES if case.name == "whatsapp")
    _, seen = sent("whatsapp", "alerts", answer(*whatsapp.accepted), phone_number_id="1", senders=senders)
    assert seen[0].line == "POST /v23.0/77/messages HTTP/1.1"
    assert seen[0].headers["authorization"] == "Bearer other"


def test_a_name_of_its_own_belongs_to_a_viber_account() -> None:
    senders = {"alerts": {"token": "other", "sender_name": "Alerts"}}
    viber = next(case for case in CASES if case.name == "viber")
    _, seen = sent("viber", "alerts", answer(*viber.accepted), senders=senders)
    assert (seen[0].headers["x-viber-auth-token"], seen[0].json["sender"]) == ("other", {"name": "Alerts"})


def test_an_account_that_is_gone_sends_nothing_by_another_one() -> None:
    outcome, seen = sent("telegram", "gone", ACCEPTED, **ALERTS)
    assert isinstance(outcome, Misconfigured)
    assert ("NOTIFYHUB_TELEGRAM_SENDERS" in outcome.mend, seen) == (True, [])


def test_a_wrong_token_of_a_further_account_is_told_by_its_name() -> None:
    outcome, _ = sent("telegram", "alerts", answer(*TELEGRAM.misconfigured), **ALERTS)
    assert isinstance(outcome, Misconfigured)
    assert outcome.mend.startswith("alerts in NOTIFYHUB_TELEGRAM_SENDERS: its token")


def test_further_accounts_without_a_first_one_are_refused() -> None:
    with pytest.raises(SettingsError, match="TOKEN, the first one, must be set") as refused:
        load(telegram=ALERTS)
    assert "other-account" not in str(refused.value)
