"""The request for a message: one model, and everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Self, cast

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from notifyhub.domain.addresses import CHANNELS, FORMS, canonical
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.domain.retry import OnUnconfirmed
from notifyhub.domain.templates import Words
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.base import Asking
from notifyhub.requests.chains import ChainRequest, ChannelsAsked
from notifyhub.requests.checking import cut, members_of, tried
from notifyhub.requests.crosschecks import NO_LIMIT, across
from notifyhub.requests.fields import Attempts, Metadata, Moment, Priority, Reference, Text, Window, whole
from notifyhub.requests.options import Options, sender_faults
from notifyhub.requests.templates import Language, TemplateName, Variables, Version
from notifyhub.requests.words import never_null, text_or_template, words_faults

NO_CLIENTS: Mapping[tuple[str, str], int] = MappingProxyType({})


def _address_of(channel: str) -> Any:
    def check(value: Any, info: ValidationInfo) -> str:
        value = whole(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise PydanticCustomError("type", "must be text: {form}", {"form": FORMS[channel].description})
        return canonical(channel, value, DEFAULT_REGION if info.context is None else info.context)

    form = FORMS[channel]
    return (
        Annotated[str | None, BeforeValidator(check, json_schema_input_type=str | int)],
        Field(default=None, description=form.description, examples=[form.example]),
    )


def _own_channels(schema: dict[str, Any]) -> None:
    schema |= {"minProperties": 1, "additionalProperties": False}
    for form in FORMS.values():
        known = {"type": ["string", "integer"], "description": form.description, "examples": [form.example]}
        schema["properties"].setdefault(form.channel, known)


class _Recipient(Asking):
    # Plugin channels come as extra members, which `crosschecks` checks: they are not known here yet.
    model_config = ConfigDict(extra="allow", json_schema_extra=_own_channels)

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "needs at least one address")
        return self


Recipient: type[_Recipient] = create_model(
    "Recipient",
    __base__=_Recipient,
    __doc__="One person: an address on each channel that they can be reached on.",
    **{channel: _address_of(channel) for channel in CHANNELS},
)


class MessageRequest(Asking):
    """One text for one or more people on one or more channels."""

    # `message_request` makes and checks it: what no single field can tell is checked there.
    model_config = ConfigDict(json_schema_extra=text_or_template)

    text: Text = Field(default_factory=str, description="the message text; or `template`", examples=["Hello"])
    template: TemplateName | None = Field(
        None, description="name of a template that the text is made from", json_schema_extra=never_null
    )
    variables: Variables = Field(default_factory=dict, description="values for the template, by name")
    language: Language | None = Field(None, description="language of the template's variant; default: the one for all")
    template_version: Version | None = Field(None, description="default: the newest")
    recipients: list[Recipient] = Field(min_length=1, description="the people")
    channels: ChannelsAsked | None = Field(
        None,
        description="a list: each of these channels; `first_of`: one after the other, until one gets through; "
        "default: every channel that a recipient has an address on",
    )
    send_at: Moment | None = Field(None, description="earliest time to send; default, or if in the past: now")
    expires_at: Moment | None = Field(None, description="nothing is sent after this")
    max_attempts: Attempts | None = Field(None, description="default: the channel's")
    priority: Priority = Field(Priority.NORMAL, description="urgent goes before normal, normal before bulk")
    deduplicate: Window = Field(
        "forever", description="for how long the same text to the same address on the same channel is refused"
    )
    on_unconfirmed: OnUnconfirmed = Field(
        OnUnconfirmed.AT_LEAST_ONCE, description="whether to send again or hold it, if it is unknown whether it arrived"
    )
    options: Options | None = Field(
        None,
        description="messenger-specific options, by channel",
        examples=[{"telegram": {"parse_mode": "HTML"}}],
    )
    ignore_reachability: StrictBool = Field(
        False,
        description="send even where a messenger said that the person cannot be reached; never where they opted out",
    )
    reference: Reference | None = Field(None, description="your own reference for this message")
    metadata: Metadata = Field(default_factory=dict, description="stored and returned unchanged")

    # Made from the template: by channel and address; an empty address: for all of the channel.
    # Not by `default_factory`, whose signature pydantic would inspect for each request.
    _words: Mapping[tuple[str, str], Words] | None = PrivateAttr(None)
    # Whose address it is, if they are clients.
    _clients: Mapping[tuple[str, str], int] | None = PrivateAttr(None)

    def saying(
        self,
        words: Mapping[tuple[str, str], Words],
        text: str,
        version: int,
        clients: Mapping[tuple[str, str], int] = NO_CLIENTS,
    ) -> Self:
        """The same request with what its template says by channel and address; an empty address: to all others.

        text     of the message as a whole
        clients  whose addresses they are, by channel and address
        """
        said = self.model_copy(update={"text": text, "template_version": version})
        said._words, said._clients = words, clients
        return said

    def client_at(self, channel: str, address: str) -> int | None:
        """The client of the directory whom this text is made for."""
        return None if self._clients is None else self._clients.get((channel, address))

    def words(self, channel: str, address: str) -> Words:
        """What is sent to an address."""
        known = self._words or {}
        found = known.get((channel, address)) or known.get((channel, ""))
        return found or Words(self.text, options_of(self).get(channel, {}))

    def pairs(self) -> list[tuple[str, str]]:
        """Every (channel, address) of this message, in the order of the request."""
        wanted = self.chain.first_of if self.chain else self.channels
        return [
            (channel, address)
            for recipient in self.recipients
            for channel, address in addresses(recipient)
            if wanted is None or channel in wanted
        ]

    @property
    def chain(self) -> ChainRequest | None:
        """The channels, if they are to be tried one after the other."""
        return self.channels if isinstance(self.channels, ChainRequest) else None

    def chains(self) -> list[list[tuple[str, str]]]:
        """The steps of each recipient as (channel, address), if there is a chain; in the order of the request."""
        order = self.chain.first_of if self.chain else []
        known = [dict(addresses(recipient)) for recipient in self.recipients]
        return [[(channel, own[channel]) for channel in order if channel in own] for own in known]


def options_of(request: MessageRequest) -> dict[str, dict[str, Any]]:
    """The options that were given, by channel."""
    return {} if request.options is None else request.options.given()


def addresses(recipient: Any) -> list[tuple[str, str]]:
    """The (channel, address) pairs of a Recipient."""
    known = cast("Mapping[str, str | None]", recipient.__dict__)
    found = [(channel, address) for channel, address in known.items() if address is not None]
    if recipient.model_extra:
        own = recipient.model_extra.items()
        found += [(channel, canonical(channel, address)) for channel, address in own if address is not None]
    return found


def message_request(
    given: bytes | Mapping[str, Any],
    *,
    now: datetime,
    max_recipients: int,
    senders: Mapping[str, Collection[str]] | None = None,
    only_addresses: Mapping[str, Collection[str]] = NO_LIMIT,
    region: str = DEFAULT_REGION,
) -> MessageRequest:
    """Check a request, as JSON text or as Python values, and return its model.

    senders         names of the other accounts by channel; None: any name is accepted
    only_addresses  the valid addresses, for channels with a fixed set
    region          as in `e164_digits`: the country of phone numbers without a country code

    Raises InvalidRequest with everything that is wrong, not only the first thing.
    """
    asked, faults = members_of(given)
    faults += cut(asked, "recipients", max_recipients)
    request, wrong = tried(MessageRequest, asked, region)
    faults += wrong + words_faults(asked) + across(asked, now, only_addresses) + _sender_faults(request, senders)
    if faults or request is None:
        raise InvalidRequest(faults)
    return request


def _sender_faults(request: MessageRequest | None, senders: Mapping[str, Collection[str]] | None) -> list[Fault]:
    return [] if request is None or senders is None else sender_faults(options_of(request), senders)
