"""The hub. Its methods are thin doors to the road, in one file for each kind of door."""

from __future__ import annotations

from typing import Any

from notifyhub.fake import FakeHub
from notifyhub.hub.changing import Changing
from notifyhub.hub.channels import ChannelDoors
from notifyhub.hub.consumers import Consumers
from notifyhub.hub.looking import Looking
from notifyhub.hub.many import Many
from notifyhub.hub.receiving import Receiving
from notifyhub.hub.repeating import Repeating
from notifyhub.hub.telling import Telling
from notifyhub.requests import To

__all__ = ["Hub", "To"]


class Hub(Repeating, Looking, Changing, Many, Receiving, Telling, ChannelDoors, Consumers):
    """One configuration of notifyhub in this process; usable from any thread.

    Settings come from the arguments (any name of `Settings`), then from `NOTIFYHUB_*` variables, then from defaults.
    Nothing is opened before the first use. With the in-process queue (`memory://`) the hub delivers by itself;
    with Redis it only accepts, and `notifyhub worker` processes deliver. `worker=True` or `False` decides otherwise.

    In a child of `os.fork` it opens anew, with threads and connections of its own.

    Raises SettingsError for a wrong setting, and for single settings beside a whole `Settings`.
    """

    @staticmethod
    def fake(**settings: Any) -> FakeHub:
        """A hub for tests that sends to nobody and stores nothing; it tells what it would have sent."""
        return FakeHub(**settings)
