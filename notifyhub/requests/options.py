"""Options for single messengers, by channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from notifyhub.domain.mailboxes import canonical_email
from notifyhub.errors import Fault
from notifyhub.plugins import installed
from notifyhub.requests.base import Asking
from notifyhub.requests.fields import Sendable, is_blank, whole

MOST_COMPONENTS_BYTES = 16_384
SENDER = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"


def _small(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        size = len(orjson.dumps(components))
    except orjson.JSONEncodeError as error:
        raise PydanticCustomError("form", "cannot be stored as JSON: {why}", {"why": str(error)}) from None
    if size > MOST_COMPONENTS_BYTES:
        limits = {"most": MOST_COMPONENTS_BYTES, "size": size}
        raise PydanticCustomError("too_long", "takes at most {most} bytes as JSON, this has {size}", limits)
    return components


def _visible(text: str) -> str:
    if is_blank(text):
        raise PydanticCustomError("form", "must not be blank")
    return text


SenderName = Annotated[str, StringConstraints(strict=True, pattern=SENDER)]
ShownName = Annotated[Sendable, StringConstraints(strict=True, min_length=1, max_length=28)]
WebAddress = Annotated[str, StringConstraints(strict=True, max_length=2000, pattern=r"^https?://[^\s\x00]+$")]
TrackingData = Annotated[Sendable, StringConstraints(strict=True, min_length=1, max_length=4000)]
TemplateName = Annotated[Sendable, StringConstraints(strict=True, min_length=1, max_length=512)]
Language = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z]{2,3}(_[A-Za-z]{2,4})?$")]
# Nothing that ends a line: it would begin another header.
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
Subject = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=250, pattern=_ONE_LINE), AfterValidator(_visible)
]
Html = Annotated[Sendable, StringConstraints(strict=True, min_length=1, max_length=262_144), AfterValidator(_visible)]
ReplyTo = Annotated[str, StringConstraints(strict=True, max_length=320), AfterValidator(canonical_email)]

_ThreadId = Annotated[StrictInt, Field(ge=1, le=2**52)]
ThreadId = Annotated[_ThreadId, BeforeValidator(whole, json_schema_input_type=_ThreadId)]
_ApiVersion = Annotated[StrictInt, Field(ge=1, le=100)]
ApiVersion = Annotated[_ApiVersion, BeforeValidator(whole, json_schema_input_type=_ApiVersion)]


class ChannelOptions(Asking):
    """Options that every channel has."""

    sender: SenderName | None = Field(
        None, description="one of the channel's other accounts, by its name in the settings"
    )


class TelegramOptions(ChannelOptions):
    """Options of Telegram's sendMessage."""

    parse_mode: Literal["HTML", "MarkdownV2", "Markdown"] | None = Field(
        None, description="markup of the text; default: plain text"
    )
    silent: StrictBool | None = Field(None, description="no sound (disable_notification)")
    link_preview: StrictBool | None = Field(None, description="false: no preview of the first link")
    protect: StrictBool | None = Field(None, description="no forwarding or saving (protect_content)")
    thread_id: ThreadId | None = Field(None, description="a topic of a forum (message_thread_id)")


class ViberOptions(ChannelOptions):
    """Options of Viber's send_message."""

    sender_name: ShownName | None = Field(None, description="the sender's name that people see; default: the setting")
    sender_avatar: WebAddress | None = Field(None, description="URL of a picture, loaded by Viber")
    tracking_data: TrackingData | None = Field(
        None, description="returned with the person's next reply; default: our reference"
    )
    min_api_version: ApiVersion | None = Field(None, description="lowest version of the person's app; default 1")


class Template(Asking):
    """A template that Meta has approved; needed more than 24 hours after a person's last message."""

    name: TemplateName = Field(examples=["hello_world"])
    language: Language = Field(examples=["en_US"])
    components: Annotated[list[dict[str, Any]], AfterValidator(_small)] | None = Field(
        None, description="values for its placeholders, as in Meta's template object"
    )


class WhatsAppOptions(ChannelOptions):
    """Options of WhatsApp's messages."""

    preview_url: StrictBool | None = Field(None, description="show a preview of the first link")
    template: Template | None = Field(None, description="sent instead of the text, which is kept as what people see")


class GatewayOptions(ChannelOptions):
    """Options of the gateway."""


class EmailOptions(ChannelOptions):
    """Headers of a mail, and its HTML."""

    subject: Subject | None = Field(None, description="default: the first line of the text")
    html: Html | None = Field(None, description="the same as HTML; the text is for programs that show none")
    reply_to: ReplyTo | None = Field(None, description="address that answers go to; default: as set up, or the author")


def _own_channels(schema: dict[str, Any]) -> None:
    schema["additionalProperties"] = False
    for plugin in installed().values():
        if plugin.options is not None:
            schema["properties"][plugin.channel] = _own_schema(plugin.options)


def _own_schema(options: type[BaseModel]) -> dict[str, Any]:
    schema = options.model_json_schema()
    # References lead to the root of a document, which this is not.
    return schema if "$defs" not in schema else {"type": "object", "description": options.__doc__ or ""}


class Options(Asking):
    """Options for single messengers; those for channels that the message does not use are ignored."""

    # Options of plugin channels are checked by `crosschecks`.
    model_config = ConfigDict(extra="allow", json_schema_extra=_own_channels)

    telegram: TelegramOptions | None = None
    viber: ViberOptions | None = None
    whatsapp: WhatsAppOptions | None = None
    gateway: GatewayOptions | None = None
    email: EmailOptions | None = None

    def given(self) -> dict[str, dict[str, Any]]:
        """Only the given options, by channel."""
        asked: dict[str, dict[str, Any]] = self.model_dump(exclude_none=True)
        return {channel: options for channel, options in asked.items() if options}


def sender_faults(given: Mapping[str, Mapping[str, Any]], senders: Mapping[str, Collection[str]]) -> list[Fault]:
    """Unknown senders. `senders` has the names of the other accounts by channel."""
    return [
        Fault(f"$.options.{channel}.sender", "unknown_sender", _no_such_sender(senders.get(channel, ())))
        for channel, options in given.items()
        # What is malformed is told of elsewhere.
        if isinstance(options, Mapping) and "sender" in options and options["sender"] not in senders.get(channel, ())
    ]


def _no_such_sender(known: Collection[str]) -> str:
    if not known:
        return "no senders are set up for this channel"
    return f"there is no such sender; there are {', '.join(sorted(known))}"
