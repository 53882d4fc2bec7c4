"""What is logged of circuit breakers: one line each way, by the process that makes the change."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub import logs
from notifyhub.domain.circuit_breaker import CONFIGURATION, Circuit, State
from notifyhub.domain.senders import name_of

Line = Callable[[str, str, Circuit], None]
"""(channel, sender, the circuit after the change)"""

_log = logs.logger(__name__)


def opened(channel: str, sender: str, circuit: Circuit) -> None:
    """The sender rests."""
    if circuit.cause.reason == CONFIGURATION:
        _log.error(
            "%s rests: the messenger refuses its account (%s); look at %s. What waits is kept, and one delivery "
            "tries every now and then until it goes through. The answer was: %s",
            name_of(channel, sender),
            circuit.cause.code,
            circuit.cause.mend or "its settings",
            circuit.cause.detail or "(empty)",
            extra=_marks(channel, sender, "sender.rests"),
        )
        return
    _log.warning(
        "%s rests: its messenger fails most calls (%s). What waits is kept, and one delivery tries every now and then "
        "until the messenger takes messages again. The last answer was: %s",
        name_of(channel, sender),
        circuit.cause.code,
        circuit.cause.detail or "(empty)",
        extra=_marks(channel, sender, "sender.rests"),
    )


def closed(channel: str, sender: str, circuit: Circuit) -> None:
    """The sender goes on."""
    text = "%s goes on: its messenger takes messages again"
    _log.warning(text, name_of(channel, sender), extra=_marks(channel, sender, "sender.goes_on"))


def learned(channel: str, sender: str, before: Circuit | None, after: Circuit) -> None:
    """Another process found out, and has logged it; here it only helps to follow what this process does."""
    if before is None:
        text = "%s rests, as another process found out"
        _log.info(text, name_of(channel, sender), extra=_marks(channel, sender, "sender.rests"))
    elif after.state is State.CLOSED:
        text = "%s goes on, as another process found out"
        _log.info(text, name_of(channel, sender), extra=_marks(channel, sender, "sender.goes_on"))


def _marks(channel: str, sender: str, event: str) -> dict[str, str]:
    return {"channel": channel, "sender": sender, "story": event}
