"""Does the broker of the settings answer, and if not, why?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from notifyhub.errors import BrokerUnavailable, SettingsError
from notifyhub.queue import make_broker, place_of
from notifyhub.settings import Settings, without_secrets


class _Trouble(NamedTuple):
    """signs  parts of the client's words, in lower case, one of which shows it; passes: may it pass by itself?"""

    signs: tuple[str, ...]
    what: str
    advice: str
    passes: bool = False


# The first whose sign is found counts.
_TROUBLES = (
    _Trouble(
        ("authentication", "password", "noauth", "wrongpass", "access_refused"),
        "it refuses the user or the password",
        "check both in the URL; special characters must be percent-encoded",
    ),
    _Trouble(("noperm",), "the user may not do what is needed there", "check the user's rights on the server"),
    _Trouble(("vhost", "not_allowed"), "there is no such vhost, or the user may not enter it", "check the vhost"),
    _Trouble(("db index", "invalid db"), "there is no such database", "check the number at the end of the URL"),
    _Trouble(
        ("certificate", "ssl"),
        "TLS fails",
        "check the scheme (rediss://, amqps://), the port and NOTIFYHUB_BROKER_CA_FILE",
    ),
    _Trouble(
        ("name or service not known", "name resolution", "gaierror", "nodename"),
        "there is no such host",
        "check the host's name",
        passes=True,
    ),
    _Trouble(("refused",), "connection refused", "is the server running, and are host and port right?", passes=True),
    _Trouble(
        ("timeout", "timed out", "unreachable", "no route"),
        "it does not answer",
        "check host and port, the network and its firewalls",
        passes=True,
    ),
    _Trouble(("loading",), "it is starting", "try again in a moment", passes=True),
    _Trouble(
        ("protocol", "invalidresponse", "incompatible"),
        "what answers there does not speak the broker's protocol",
        "check the scheme, the host and the port",
    ),
)
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
    words = " ".join(f"{type(one).__name__} {one} {one!r}" for one in _with_causes(error)).lower()
    trouble = next((one for one in _TROUBLES if any(sign in words for sign in one.signs)), None)
    what = trouble.what if trouble else str(error).strip() or type(error).__name__
    text = f"cannot use the broker {without_secrets(url)}: {what} ({trouble.advice if trouble else _UNKNOWN})"
    return BrokerUnavailable(text, passes=trouble is not None and trouble.passes)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those behind it."""
    while error is not None:
        yield error
        yield from (one for one in error.args if isinstance(one, BaseException))
        inner = getattr(error, "exception", None)
        if isinstance(inner, BaseException):
            yield inner
        error = error.__cause__ or error.__context__
