"""What a caller may ask of templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from notifyhub.domain.templates import canonical_language
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.rendering import TemplateFault, compiled
from notifyhub.requests.base import Asking
from notifyhub.requests.checking import members_of, tried
from notifyhub.requests.fields import Channel, Metadata, RowId, Text, is_blank, whole

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"
LANGUAGE = r"^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8}){0,4}$"
LONGEST_SUBJECT = 998
"""Characters of a line of a header (RFC 5322, 2.1.1)."""
EMAIL = "email"
TELEGRAM = "telegram"

LARGEST_VERSION = 2**31 - 2


def _shown(text: str) -> str:
    if is_blank(text):
        raise PydanticCustomError("empty", "is blank")
    return text


TemplateName = Annotated[str, StringConstraints(strict=True, pattern=NAME)]
Language = Annotated[str, StringConstraints(strict=True, pattern=LANGUAGE), AfterValidator(canonical_language)]
Source = Annotated[Text, AfterValidator(_shown)]
Subject = Annotated[Text, AfterValidator(_shown), StringConstraints(max_length=LONGEST_SUBJECT)]
_Version = Annotated[StrictInt, Field(ge=1, le=LARGEST_VERSION)]
Version = Annotated[_Version, BeforeValidator(whole, json_schema_input_type=_Version)]
Variables = Metadata
"""Values by name; as JSON as large as metadata may be."""


class TemplateRequest(Asking):
    """A variant of a template: the text for a language and a channel, or for all."""

    name: TemplateName = Field(description="letters, digits, `_`, `.` and `-`", examples=["code"])
    text: Source = Field(description="with variables in double braces", examples=["Hello {{ name }}"])
    language: Language | None = Field(
        None, description="for readers of this language, such as ru or pt-BR; default: for all", examples=["ru"]
    )
    channel: Channel | None = Field(None, description="for this channel; default: for all")
    subject: Subject | None = Field(None, description="of e-mails; may have variables too")
    html: Source | None = Field(None, description="HTML part of e-mails; variables in it are escaped for HTML")
    parse_mode: Literal["HTML", "MarkdownV2", "Markdown"] | None = Field(
        None, description="markup of the text, if the channel is telegram; default: plain text"
    )


class PreviewRequest(Asking):
    """What a template is to be filled with: variables, a client of the directory, or both."""

    variables: Variables = Field(default_factory=dict, description="values by name", examples=[{"name": "Ann"}])
    client_id: RowId | None = Field(None, description="a client whose `phone`, `tags`, `attributes` … it can use")
    language: Language | None = Field(None, description="default: the attribute `language` of the client, if there is")
    channel: Channel | None = Field(None, description="default: the variant for all channels")
    version: Version | None = Field(None, description="default: the newest")


def template_request(given: bytes | Mapping[str, Any]) -> TemplateRequest:
    """Check a variant, as JSON text or as Python values.

    Raises InvalidRequest with everything that is wrong; a text that is no template is told of with line and column.
    """
    asked, faults = members_of(given)
    request, wrong = tried(TemplateRequest, asked)
    faults += wrong
    if request is not None:
        faults += _part_faults(request) + _source_faults(request)
    if faults or request is None:
        raise InvalidRequest(faults)
    return request


def preview_request(given: bytes | Mapping[str, Any]) -> PreviewRequest:
    """Check the request for a preview of a template. Raises InvalidRequest with everything that is wrong."""
    asked, faults = members_of(given)
    request, wrong = tried(PreviewRequest, asked)
    if faults or wrong or request is None:
        raise InvalidRequest([*faults, *wrong])
    return request


def _part_faults(request: TemplateRequest) -> list[Fault]:
    faults = [
        Fault(f"$.{part}", "wrong_channel", "is only for e-mail: the channel must be email, or be left out")
        for part in ("subject", "html")
        if getattr(request, part) is not None and request.channel not in (None, EMAIL)
    ]
    if request.parse_mode is not None and request.channel != TELEGRAM:
        faults.append(Fault("$.parse_mode", "wrong_channel", "is only for a variant whose channel is telegram"))
    return faults


def _source_faults(request: TemplateRequest) -> list[Fault]:
    faults = []
    for part in ("text", "subject", "html"):
        try:
            if (source := getattr(request, part)) is not None:
                _try(source)
        except TemplateFault as fault:
            faults.append(source_fault(part, fault))
    return faults


def _try(source: str) -> None:
    """Raise TemplateFault for a text that is no template, or that fails whatever its variables are."""
    template = compiled(source)
    try:
        template.render({})
    except TemplateFault as fault:
        if fault.code in ("too_long", "too_slow") or not template.variables:
            raise


def source_fault(part: str, fault: TemplateFault) -> Fault:
    """What is wrong with a part of a template, and where."""
    return Fault(f"$.{part}", fault.code, f"{fault.text} (line {fault.line}, column {fault.column})")
