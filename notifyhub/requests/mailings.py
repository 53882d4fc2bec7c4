"""What a caller may ask of mailings."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from notifyhub.domain.limits import text_fault
from notifyhub.domain.retry import OnUnconfirmed
from notifyhub.domain.window import DAYS, MIDNIGHT_AFTER, SendWindow
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.audience import AudienceFilter
from notifyhub.requests.base import Asking
from notifyhub.requests.chains import ChannelsAsked, chain_faults, named
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.crosschecks import across
from notifyhub.requests.fields import (
    Attempts,
    Metadata,
    Moment,
    Priority,
    RateLimit,
    Reference,
    Sendable,
    Text,
    Window,
)
from notifyhub.requests.fields import moment as as_moment
from notifyhub.requests.options import Options, sender_faults
from notifyhub.requests.templates import Language, TemplateName, Variables, Version
from notifyhub.requests.words import never_null, text_or_template, words_faults

LONGEST_NAME = 255
LIVE_MEMBERS = ("name", "ends_at", "priority", "rate", "reference", "metadata")
"""What may still be changed once a mailing has started."""

NO_END = Fault("$.late_joiners", "no_end", "needs ends_at: clients are added until then")

CHAIN_TO_ALL = Fault("$.reach", "no_chain", "must be first: a chain reaches each client on one channel after the other")

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def _clock(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9]:[0-5][0-9]", value):
        value = f"0{value}"
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise PydanticCustomError("form", "must be a time of day such as 09:00, up to 24:00")
    return value


def _day(value: Any) -> Any:
    return value.lower()[:3] if isinstance(value, str) and value.lower() in _DAY_NAMES else value


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


_DAY_NAMES = {
    name
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for name in (day, day[:3])
}
Clock = Annotated[str, BeforeValidator(_clock), Field(json_schema_extra={"pattern": f"^(?:{_CLOCK.pattern})$"})]
Day = Annotated[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], BeforeValidator(_day)]
Name = Annotated[
    Sendable, BeforeValidator(_stripped), StringConstraints(strict=True, min_length=1, max_length=LONGEST_NAME)
]


class SendWindowRequest(Asking):
    """The local hours and days in which a client may be written to."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Clock = Field("00:00", alias="from", description="local time at which it opens", examples=["09:00"])
    to: Clock = Field("24:00", description="local time at which it closes; before `from`: on the next day")
    days: list[Day] = Field(
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        min_length=1,
        max_length=7,
        description="days on which it opens; default: all",
    )

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.from_ == self.to or self.from_ == "24:00":
            raise PydanticCustomError("form", "must not begin where it ends, or at 24:00")
        return self

    def stored(self) -> dict[str, Any]:
        """The window as JSON."""
        days = [day for day in DAYS if day in self.days]
        return {"from": self.from_, "to": self.to, "days": days}


def send_window(stored: Mapping[str, Any]) -> SendWindow:
    """The window of its JSON."""
    days = frozenset(DAYS.index(day) for day in stored["days"])
    return SendWindow(_minutes(stored["from"]), _minutes(stored["to"]), days)


def _minutes(clock: str) -> int:
    return min(int(clock[:2]) * 60 + int(clock[3:]), MIDNIGHT_AFTER)


class _Mailing(Asking):
    audience: AudienceFilter = Field(default_factory=AudienceFilter, description="default: all clients")
    reach: Literal["first", "all"] = Field(
        "first", description="`first`: the first of `channels` on which a client can be reached; `all`: each of them"
    )
    starts_at: Moment | None = Field(None, description="when it starts by itself; default, or if in the past: now")
    ends_at: Moment | None = Field(None, description="nothing is sent after this; what is left becomes expired")
    send_window: SendWindowRequest | None = Field(None, description="local hours of each client; default: any time")
    priority: Priority = Field(Priority.BULK, description="urgent goes before normal, normal before bulk")
    max_attempts: Attempts | None = Field(None, description="default: the channel's")
    deduplicate: Window = Field(
        "forever", description="for how long the same text to the same address on the same channel is refused"
    )
    on_unconfirmed: OnUnconfirmed = Field(
        OnUnconfirmed.AT_LEAST_ONCE, description="whether to send again or hold it, if it is unknown whether it arrived"
    )
    rate: RateLimit | None = Field(
        None,
        description="limit of this mailing, besides those of the accounts: messages in a time; default: none",
        examples=["20/s", "600/min"],
    )
    late_joiners: StrictBool = Field(
        False, description="whether clients who join while it runs get it too; then it runs until `ends_at`"
    )
    ignore_reachability: StrictBool = Field(
        False,
        description="send even where a messenger said that the person cannot be reached; never where they opted out",
    )
    options: Options | None = Field(None, description="messenger-specific options, by channel")
    reference: Reference | None = Field(None, description="your own reference for this mailing")
    metadata: Metadata = Field(default_factory=dict, description="stored and returned unchanged")
    template: TemplateName | None = Field(
        None, description="name of a template that each client's text is made from", json_schema_extra=never_null
    )
    variables: Variables = Field(
        default_factory=dict, description="values for the template, by name, besides what each client brings"
    )
    language: Language | None = Field(
        None, description="of the template's variant for clients without the attribute `language`"
    )
    template_version: Version | None = Field(None, description="default: the newest at the time of this request")

    def members(self) -> dict[str, Any]:
        """What was given."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class MailingRequest(_Mailing):
    """One text for an audience of the directory."""

    model_config = ConfigDict(json_schema_extra=text_or_template)

    name: Name = Field(description="how people recognise it", examples=["Winter sale"])
    text: Text = Field(
        default_factory=str,
        description="the message text; or `template`",
        examples=["Everything at half price until Sunday"],
    )
    channels: ChannelsAsked = Field(
        description="a list, in the order of preference; `first_of`: one after the other, until one gets through",
        examples=[["telegram"]],
    )
    draft: StrictBool = Field(False, description="store it only; it starts when you say so")


class MailingChangeRequest(_Mailing):
    """The changes to a mailing; at least one member. Null restores the default. A text takes the place of a template.

    Once it has started, only `name`, `ends_at`, `priority`, `rate`, `reference` and `metadata` can be changed.
    """

    name: Name = Field(default_factory=str, description="how people recognise it")
    text: Text = Field(default_factory=str, description="the message text")
    channels: ChannelsAsked = Field(
        default_factory=list,
        description="a list, in the order of preference; `first_of`: one after the other, until one gets through",
    )


def mailing_request(
    given: bytes | Mapping[str, Any], *, now: datetime, senders: Mapping[str, Collection[str]] | None = None
) -> MailingRequest:
    """Check a mailing, as JSON text or as Python values. `senders` as in `message_request`.

    Raises InvalidRequest with everything that is wrong.
    """
    asked, faults = members_of(given)
    request, wrong = tried(MailingRequest, asked)
    faults += wrong + words_faults(asked) + mailing_faults(asked, now) + _channel_faults(asked, senders)
    if request is not None and request.late_joiners and request.ends_at is None:
        faults.append(NO_END)
    if faults or request is None:
        raise InvalidRequest(faults)
    return request


def mailing_change_request(
    given: bytes | Mapping[str, Any], *, now: datetime, senders: Mapping[str, Collection[str]] | None = None
) -> MailingChangeRequest:
    """Check changes to a mailing, like `mailing_request`."""
    asked, faults = members_of(given)
    if not asked:
        faults.append(Fault("$", "empty", "there is nothing to change"))
    defaults = {"audience": {}, "reach": "first", "priority": "bulk", "deduplicate": "forever", "late_joiners": False}
    defaults |= {"on_unconfirmed": "at_least_once", "ignore_reachability": False, "metadata": {}, "variables": {}}
    asked = {name: defaults[name] if value is None and name in defaults else value for name, value in asked.items()}
    request, wrong = tried(MailingChangeRequest, asked)
    faults += wrong + _change_of_words(asked) + mailing_faults(asked, now) + _channel_faults(asked, senders)
    if faults or request is None:
        raise InvalidRequest(faults)
    return request


def _change_of_words(asked: Mapping[str, Any]) -> list[Fault]:
    if "template" in asked and asked["template"] is None and "text" not in asked:
        return [Fault("$.template", "missing", "to have no template, give a text")]
    # Without either, the others are those of the template that the mailing has.
    return words_faults(asked) if "text" in asked else []


def mailing_faults(asked: Mapping[str, Any], now: datetime) -> list[Fault]:
    """What is wrong across members."""
    start, end = _moment(asked.get("starts_at")), _moment(asked.get("ends_at"))
    faults = []
    if end is not None and end <= now:
        faults.append(Fault("$.ends_at", "past", "is in the past"))
    elif end is not None and start is not None and end <= start:
        faults.append(Fault("$.ends_at", "too_early", "must be after starts_at"))
    return faults


def _channel_faults(asked: Mapping[str, Any], senders: Mapping[str, Collection[str]] | None) -> list[Fault]:
    """Of the text, and of options, on the channels of the mailing."""
    given = asked.get("channels")
    channels = [name for name in named(given) or () if isinstance(name, str)]
    faults = chain_faults(given)
    if isinstance(given, Mapping):
        faults += [CHAIN_TO_ALL] if asked.get("reach") == "all" else []
    elif len(set(channels)) < len(channels):
        faults.append(Fault("$.channels", "repeated", "names a channel more than once"))
    # As of a message to one person who is on all of these channels.
    as_message = {"text": asked.get("text"), "options": asked.get("options"), "recipients": [dict.fromkeys(channels)]}
    faults += [fault for fault in across(as_message, _LONG_AGO) if fault.path.startswith(("$.text", "$.options"))]
    options = asked.get("options")
    if senders is not None and isinstance(options, Mapping):
        faults += sender_faults(options, senders)
    return faults


_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00Z")


def text_faults(text: str, channels: Collection[str], options: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a text on these channels, for a change of only one of them."""
    found = (text_fault(c, text, marked_up="parse_mode" in options.get(c, {})) for c in channels)
    return [Fault("$.text", "too_long", fault) for fault in found if fault]


def _moment(given: Any) -> datetime | None:
    try:
        return None if given is None else as_moment(given)
    except ValueError:
        return None
