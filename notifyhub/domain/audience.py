"""The audience of a mailing: a typed filter over clients, as SQL with parameters, and in words.

A filter is JSON. An object with several members means all of them; a list of values means any of them:

    {"operator_code": ["903", "905"], "tag": "vip"}
    {"any": [{"tag": "vip"}, {"attribute": {"name": "orders", "at_least": 5}}], "not": {"got": 3}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifyhub.domain.states import Status

Value = str | int | float | bool

GOT = (Status.SENT, Status.DELIVERED, Status.READ)
"""States in which a client has got a mailing."""


@dataclass(frozen=True, slots=True)
class Within:
    """A column of clients, or a tag, is one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A free attribute: one of `values`, or a number within bounds, or there at all.

    exists  True: it is there, and not null; False: it is not
    """

    name: str
    values: tuple[Value, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """The client got another mailing, on any channel."""

    mailing_id: int


@dataclass(frozen=True, slots=True)
class All:
    """All of these; of none: every client."""

    parts: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: Audience


Audience = Within | Attribute | Got | All | AnyOf | Not
EVERYONE = All(())

_NAMES = {"phone": "phone %s", "operator_code": "operator code %s", "tag": "tag %s", "timezone": "time zone %s"}
_EVERYONE, _NOBODY = "all clients", "nobody"
_GOT, _NOT_GOT, _NOT = "got mailing %s", "did not get mailing %s", "not (%s)"
_AND, _OR, _EITHER, _BOTH = ", and ", ", or ", " or ", " and "
_ATTRIBUTE, _IS, _AT_LEAST, _AT_MOST = "attribute %s", "is %s", "is at least %s", "is at most %s"
_SET, _NOT_SET = "is set", "is not set"

WORDS = (
    *_NAMES.values(),
    *(_EVERYONE, _NOBODY, _GOT, _NOT_GOT, _NOT, _AND, _OR, _EITHER, _BOTH),
    *(_ATTRIBUTE, _IS, _AT_LEAST, _AT_MOST, _SET, _NOT_SET),
)
"""What filters are told with; `%s` is what they name."""


def audience_of(given: Mapping[str, Any]) -> Audience:
    """The audience of a checked filter (see `requests.audience`)."""
    return _all([_member(name, value) for name, value in given.items()])


def _member(name: str, value: Any) -> Audience:
    if name == "all":
        return _all([audience_of(part) for part in value])
    if name == "any":
        return AnyOf(tuple(audience_of(part) for part in value))
    if name == "not":
        return Not(audience_of(value))
    if name == "got":
        return Got(value)
    if name == "not_got":
        return Not(Got(value))
    if name == "attribute":
        return Attribute(
            value["name"], _several(value.get("is")), value.get("at_least"), value.get("at_most"), value.get("exists")
        )
    return Within(name, _several(value))


def _several(value: Any) -> tuple[Any, ...]:
    return () if value is None else tuple(value) if isinstance(value, list | tuple) else (value,)


def _all(parts: Sequence[Audience]) -> Audience:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def in_words(audience: Audience, say: Callable[[str], str] = str) -> str:
    """The filter in plain words: `operator code 903 or 905, and tag vip`.

    say  translates each of `WORDS`
    """
    return _Teller(say).words(audience, top=True)


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Teller:
    def __init__(self, say: Callable[[str], str]) -> None:
        self._say = say

    def words(self, audience: Audience, *, top: bool = False) -> str:
        say = self._say
        match audience:
            case Within(name, values):
                return say(_NAMES[name]) % self._either(values)
            case Attribute():
                return self._attribute(audience)
            case Got(mailing_id):
                return say(_GOT) % mailing_id
            case Not(Got(mailing_id)):
                return say(_NOT_GOT) % mailing_id
            case Not(part):
                return say(_NOT) % self.words(part, top=True)
            case All(parts):
                told = say(_AND).join(self.words(part) for part in parts) or say(_EVERYONE)
                return told if top or len(parts) < 2 else f"({told})"
            case AnyOf(parts):
                told = say(_OR).join(self.words(part) for part in parts) or say(_NOBODY)
                return told if top or len(parts) < 2 else f"({told})"

    def _attribute(self, attribute: Attribute) -> str:
        say, told = self._say, []
        if attribute.values:
            told.append(say(_IS) % self._either([_shown(value) for value in attribute.values]))
        if attribute.at_least is not None:
            told.append(say(_AT_LEAST) % f"{attribute.at_least:g}")
        if attribute.at_most is not None:
            told.append(say(_AT_MOST) % f"{attribute.at_most:g}")
        if attribute.exists is not None:
            told.append(say(_SET if attribute.exists else _NOT_SET))
        return f"{say(_ATTRIBUTE) % attribute.name} {say(_BOTH).join(told)}"

    def _either(self, values: Sequence[str]) -> str:
        return self._say(_EITHER).join(values)
