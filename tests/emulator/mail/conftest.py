"""The emulator's SMTP server, and Python's own client for it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator

import pytest
import trustme

from notifyhub.emulator.testing import LocalEmulator


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def shared_emulator(authority: trustme.CA) -> Iterator[LocalEmulator]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with LocalEmulator(smtp_tls=context) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: LocalEmulator) -> LocalEmulator:
    shared_emulator.reset()
    return shared_emulator


@pytest.fixture
def smtp(emulator: LocalEmulator) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20)
    yield client
    client.close()
