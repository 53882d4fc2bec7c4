"""A hub for tests."""

from notifyhub.fake.hub import FakeHub
from notifyhub.fake.verbs import FakeSend

__all__ = ["FakeHub", "FakeSend"]
