"""Starting a process: what it needs may start at the same moment, and is waited for."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from notifyhub import Hub
from notifyhub.errors import BrokerUnavailable, StoreUnavailable
from notifyhub.settings import Settings
from notifyhub_cli.broker_check import broker_must_answer
from notifyhub_cli.output import say

AGAIN_S = 0.5


def started(hub: Hub) -> Hub:
    """The hub, open. Its store is there, and its broker too, unless that is only away for a while.

    Raises StoreUnavailable, BrokerUnavailable and SettingsError: at once if waiting does not help, else after
    `start_wait_s`.
    """
    settings = hub.settings
    try:
        patiently(settings, lambda: broker_must_answer(settings))
    except BrokerUnavailable as error:
        if not error.passes:
            raise
        # Who may start only while it is there could not be restarted when it is away.
        say(f"starting without the broker, so messages may wait a little longer: {error}")
    patiently(settings, hub.open)
    return hub


def patiently(settings: Settings, attempt: Callable[[], object]) -> None:
    """Try until it works, as long as waiting may help and `start_wait_s` is not over. Says once what it waits for."""
    ends, said = monotonic() + settings.start_wait_s, False
    while True:
        try:
            attempt()
            return
        except (StoreUnavailable, BrokerUnavailable) as error:
            if not error.passes or monotonic() + AGAIN_S > ends:
                raise
            if not said:
                said = True
                say(f"waiting up to {settings.start_wait_s:g} s: {error}")
        sleep(AGAIN_S)
