"""Does the broker of the settings answer, and if not, why?"""

from __future__ import annotations

from notifyhub.errors import BrokerUnavailable, SettingsError
from notifyhub.queue import make_broker, place_of
from notifyhub.queue.troubles import in_words, trouble_of
from notifyhub.settings import Settings, without_secrets

_UNKNOWN = "check NOTIFYHUB_BROKER_URL, and the log of the broker"


def broker_must_answer(settings: Settings) -> None:
    """Raises BrokerUnavailable, in one line with what to check, if it does not; SettingsError for an unreadable URL."""
    if settings.uses_memory_broker:
        return
    broker = make_broker(place_of(settings))
    try:
        broker.ask()
    except SettingsError:
        raise
    except Exception as error:
        raise _unavailable(settings.broker_url, error) from error
    finally:
        broker.close()


def _unavailable(url: str, error: Exception) -> BrokerUnavailable:
    trouble = trouble_of(error)
    text = (
        f"cannot use the broker {without_secrets(url)}: {in_words(error)} ({trouble.advice if trouble else _UNKNOWN})"
    )
    return BrokerUnavailable(text, passes=trouble is not None and trouble.passes)
