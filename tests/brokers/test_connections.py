"""Connections to brokers: cut and made anew, and over TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from notifyhub.queue import BrokerPlace, is_reachable
from tests.brokers.listener import CHANNEL, Bells
from tests.relay import Relay

CA = trustme.CA()


@pytest.fixture
def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def test_workers_and_doorbells_connect_again(bells: Bells, place: BrokerPlace) -> None:
    with Relay(place.url) as relay:
        relayed = place._replace(url=relay.url)
        listener, doorbell = bells.listener(relayed), bells.doorbell(relayed)
        doorbell.ring(CHANNEL)
        assert listener.hears()

        assert relay.cut()
        doorbell.ring(CHANNEL)

        assert listener.hears()


def test_bells_are_rung_over_tls(bells: Bells, place: BrokerPlace, tls: ssl.SSLContext, ca_file: str) -> None:
    with Relay(place.url, tls) as relay:
        secured = place._replace(url=relay.url, ca_file=ca_file)
        listener = bells.listener(secured)

        bells.doorbell(secured).ring(CHANNEL)

        assert listener.hears()


def test_a_certificate_of_an_unknown_ca_is_refused(bells: Bells, place: BrokerPlace, tls: ssl.SSLContext) -> None:
    with Relay(place.url, tls) as relay:
        assert not is_reachable(bells.broker(place._replace(url=relay.url)))
