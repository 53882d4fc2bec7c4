"""URLs that others choose lead to nothing private: neither by their text, nor by what their names lead to."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from notifyhub import Hub, InvalidRequest, SettingsError
from notifyhub.domain.egress import refused
from notifyhub.settings import load
from notifyhub.webhooks.calling import Answered, Caller
from notifyhub.webhooks.guard import Refused, check_form, check_place
from tests.conftest import HubMaker
from tests.emulator.receiver import Receiver
from tests.webhooks.conftest import receiver

__all__ = ["receiver"]

HERE = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.1.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert refused(address, ()) == "is not a public address"


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_are_called(address: str) -> None:
    assert refused(address, ()) is None


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"])
def test_the_secrets_of_a_machine_in_a_cloud_are_never_read(address: str) -> None:
    allowed = [ip_network(one) for one in ("0.0.0.0/0", "::/0")]

    assert refused(address, allowed) == "is where a cloud keeps the secrets of a machine"


def test_networks_that_are_allowed_are_called_also_by_another_way_of_writing_them() -> None:
    assert refused("127.0.0.1", HERE) is refused("::ffff:127.0.0.1", HERE) is refused("64:ff9b::7f00:1", HERE) is None
    assert refused("10.0.0.1", HERE) is not None


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("ftp://example.com/", "form", "https://"),
        ("https:///hooks", "form", "https://"),
        ("https://exa mple.com/", "form", "https://"),
        ("https://example.com:99999/", "form", "https://"),
        ("https://пример.рф/", "form", "ASCII"),
        ("http://93.184.216.34/", "form", "NOTIFYHUB_WEBHOOK_ALLOW_HTTP"),
        ("https://ann:secret@93.184.216.34/", "form", "user or password"),
        ("https://127.0.0.1/", "private_address", "NOTIFYHUB_WEBHOOK_PRIVATE_ADDRESSES"),
        ("https://[::1]:8443/", "private_address", "not a public address"),
        ("https://0x7f.1/", "private_address", "not a public address"),
        ("https://2130706433/", "private_address", "not a public address"),
        ("https://localhost/", "private_address", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "private_address", "secrets"),
        ("https://nobody.invalid/", "unknown_host", "cannot be found"),
    ],
)
def test_a_url_that_may_not_be_called_is_refused(url: str, code: str, told: str) -> None:
    with pytest.raises(Refused) as error:
        check_place(check_form(url, allow_http=False), ())

    assert error.value.code == code
    assert told in str(error.value)


def test_a_webhook_with_such_a_url_is_not_made(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)

    with pytest.raises(InvalidRequest) as error:
        hub.webhooks.create("https://10.0.0.1/")

    assert [(fault.path, fault.code) for fault in error.value.faults] == [("url", "private_address")]
    assert hub.webhooks.list() == []


def test_a_changed_url_is_checked_too(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    webhook = hub.webhooks.create("https://93.184.216.34/hooks")

    with pytest.raises(InvalidRequest, match="not a public address"):
        hub.webhooks.update(webhook.id, url="https://10.0.0.1/")

    assert hub.webhooks.get(webhook.id).url == "https://93.184.216.34/hooks"


class Names(AbstractResolver):
    """A resolver under which a name leads to one address after the other."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.addresses.pop(0)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)  # type: ignore[list-item]
        ]

    async def close(self) -> None:
        pass


def call(url: str, *, times: int = 1, **given: Any) -> list[Answered]:
    """The answers to posts to a URL, each over a connection of its own."""

    async def every() -> list[Answered]:
        found = []
        for _ in range(times):
            caller = Caller(5.0, given.get("allowed", ()), allow_http=True, resolver=given.get("resolver"))
            found.append(await caller.call(url, b"{}", {}))
            await caller.aclose()
        return found

    return asyncio.run(every())


def test_a_name_that_leads_inside_later_is_refused_then(receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    names = Names("127.0.0.1", "10.0.0.1")

    good, bad = call(f"http://rebinding.example:{port}/", times=2, allowed=HERE, resolver=names)

    assert good.posted
    assert bad.error is not None
    assert "rebinding.example (10.0.0.1) is not a public address" in bad.error
    assert receiver.next().headers["host"] == f"rebinding.example:{port}"
    assert receiver.posted.empty()


def test_a_connection_is_made_to_the_address_that_was_checked(receiver: Receiver) -> None:
    """The name is asked for once: a second answer would be another one."""
    names = Names("127.0.0.1")

    (answered,) = call(f"http://once.example:{receiver.url.rpartition(':')[2]}/", allowed=HERE, resolver=names)

    assert answered.posted
    assert names.addresses == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.0.0.1", "localhost"])
def test_a_call_is_checked_whatever_was_stored(receiver: Receiver, host: str) -> None:
    (answered,) = call(f"http://{host}:{receiver.url.rpartition(':')[2]}/")

    assert answered.error is not None
    # aiohttp refuses some ways of writing an address by itself.
    assert "is not a public address" in answered.error or "is not a canonical IPv4 address" in answered.error
    assert receiver.posted.empty()


def test_a_setting_that_is_taken_back_ends_the_calls(make_hub: HubMaker, receiver: Receiver) -> None:
    (answered,) = call(receiver.url, allowed=HERE)
    assert answered.posted

    (answered,) = call(receiver.url)

    assert not answered.posted


def test_networks_are_given_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFYHUB_WEBHOOK_PRIVATE_ADDRESSES", "10.0.0.0/8, fd00::/8")

    assert load().webhook.private_addresses == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_what_is_no_network_is_told_of() -> None:
    with pytest.raises(
        SettingsError, match=r"NOTIFYHUB_WEBHOOK_PRIVATE_ADDRESSES: must be networks such as 10.0.0.0/8"
    ):
        load(webhook={"private_addresses": "10.0.0.1/8"})


def test_http_is_allowed_only_by_a_setting(make_hub: HubMaker) -> None:
    hub: Hub = make_hub(worker=False, webhook={"allow_http": True})

    assert hub.webhooks.create("http://93.184.216.34/").url == "http://93.184.216.34/"
