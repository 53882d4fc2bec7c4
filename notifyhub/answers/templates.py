"""Answers about templates."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from notifyhub.answers.base import Answer


class TemplateVariant(Answer):
    """The text of a template for one language and channel."""

    text: str = Field(description="with variables in double braces")
    language: str | None = Field(None, description="absent: for all languages without a variant of their own")
    channel: str | None = Field(None, description="absent: for all channels without a variant of their own")
    subject: str | None = Field(None, description="of e-mails")
    html: str | None = Field(None, description="HTML part of e-mails")
    parse_mode: str | None = Field(None, description="markup of Telegram's text")


class Template(Answer):
    """A named text with its variants, as of one version."""

    name: str
    version: int = Field(description="grows by one with each change of a variant; messages keep the one they used")
    created_at: datetime = Field(description="of this version")
    variants: list[TemplateVariant]


class TemplatePage(Answer):
    """A page of templates by name; pass `next` as `cursor` to get the following page."""

    items: list[Template]
    next: str | None = None


class TemplateVersion(Answer):
    """What changed in a version of a template."""

    version: int
    created_at: datetime
    language: str | None = Field(None, description="of the variant that changed")
    channel: str | None = Field(None, description="of the variant that changed")
    removed: bool = Field(description="whether variants were removed")


class TemplateVersions(Answer):
    """The newest versions of a template."""

    items: list[TemplateVersion]


class RenderedText(Answer):
    """A text made from a template."""

    text: str
    length: int = Field(description="in characters (Unicode code points)")
    limit: int | None = Field(None, description="most characters that the channel takes, if it has a limit")
    channel: str | None = None
    language: str | None = Field(None, description="of the variant that was used; absent: the one for all languages")
    version: int = Field(description="of the template")
    subject: str | None = Field(None, description="of the e-mail")
    html: str | None = Field(None, description="HTML part of the e-mail")
    parse_mode: str | None = Field(None, description="markup of Telegram's text")
