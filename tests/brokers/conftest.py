"""A broker of each kind that carries bells between processes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from notifyhub.queue import BrokerPlace
from tests.brokers.listener import Bells

KINDS = ("redis", "rabbitmq")


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a server that others use, too."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def prefix() -> str:
    """A prefix that nobody else uses."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def place(url: str, prefix: str) -> BrokerPlace:
    return BrokerPlace(url, prefix)


@pytest.fixture
def bells() -> Iterator[Bells]:
    with ExitStack() as stack:
        yield Bells(stack)
