"""What the client of a broker means by its errors, in words for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Trouble(NamedTuple):
    """signs  parts of the client's words, in lower case, one of which shows it; passes: may it pass by itself?"""

    signs: tuple[str, ...]
    what: str
    advice: str
    passes: bool = False


# The first whose sign is found counts.
_TROUBLES = (
    Trouble(
        ("authentication", "password", "noauth", "wrongpass", "access_refused"),
        "it refuses the user or the password",
        "check both in the URL; special characters must be percent-encoded",
    ),
    Trouble(("noperm",), "the user may not do what is needed there", "check the user's rights on the server"),
    Trouble(("vhost", "not_allowed"), "there is no such vhost, or the user may not enter it", "check the vhost"),
    Trouble(("db index", "invalid db"), "there is no such database", "check the number at the end of the URL"),
    Trouble(
        ("certificate", "ssl"),
        "TLS fails",
        "check the scheme (rediss://, amqps://), the port and NOTIFYHUB_BROKER_CA_FILE",
    ),
    Trouble(
        ("name or service not known", "name resolution", "gaierror", "nodename"),
        "there is no such host",
        "check the host's name",
        passes=True,
    ),
    Trouble(("refused",), "connection refused", "is the server running, and are host and port right?", passes=True),
    Trouble(
        ("timeout", "timed out", "unreachable", "no route"),
        "it does not answer",
        "check host and port, the network and its firewalls",
        passes=True,
    ),
    Trouble(("loading",), "it is starting", "try again in a moment", passes=True),
    Trouble(
        ("protocol", "invalidresponse", "incompatible"),
        "what answers there does not speak the broker's protocol",
        "check the scheme, the host and the port",
    ),
)


def trouble_of(error: BaseException) -> Trouble | None:
    """None: an unknown one."""
    words = " ".join(f"{type(one).__name__} {one} {one!r}" for one in _with_causes(error)).lower()
    return next((one for one in _TROUBLES if any(sign in words for sign in one.signs)), None)


def in_words(error: BaseException) -> str:
    """What is wrong, in a few words on one line."""
    trouble = trouble_of(error)
    return trouble.what if trouble else (str(error).strip() or type(error).__name__).splitlines()[0]


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those behind it."""
    while error is not None:
        yield error
        yield from (one for one in error.args if isinstance(one, BaseException))
        inner = getattr(error, "exception", None)
        if isinstance(inner, BaseException):
            yield inner
        error = error.__cause__ or error.__context__
