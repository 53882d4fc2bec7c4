"""The verbs of templates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from notifyhub.verbs.calls import as_arguments

if TYPE_CHECKING:
    from notifyhub import answers


class TemplateVerbs(ABC):
    """Managing templates."""

    async def set(
        self,
        name: str,
        text: str,
        *,
        language: str | None = None,
        channel: str | None = None,
        subject: str | None = None,
        html: str | None = None,
        parse_mode: str | None = None,
    ) -> answers.Template:
        """Store a variant of a template, which makes a new version; one that is there already makes none.

        text           with variables in double braces: `Hello {{ name }}`
        language       for readers of this language; default: for all
        channel        for this channel; default: for all
        subject, html  of e-mails; `html` is their HTML part
        parse_mode     markup of Telegram's text: HTML, MarkdownV2 or Markdown

        Raises InvalidRequest, with line and column for what is wrong in a text.
        """
        given = {"name": name, "text": text, "language": language, "channel": channel}
        given |= {"subject": subject, "html": html, "parse_mode": parse_mode}
        with as_arguments():
            return await self.set_as({name: value for name, value in given.items() if value is not None})

    @abstractmethod
    async def set_as(self, asked: Mapping[str, Any]) -> answers.Template:
        """Store a variant given as the members of `POST /api/v1/templates`."""

    @abstractmethod
    async def get(self, name: str, version: int | None = None) -> answers.Template:
        """A template as of a version; default: as it is now. Raises NotFound."""

    @abstractmethod
    async def versions(self, name: str, limit: int = 100) -> list[answers.TemplateVersion]:
        """The newest versions of a template, and what changed in them. Raises NotFound."""

    @abstractmethod
    async def list(self, /, after: answers.Template | str | None = None, limit: int = 100) -> list[answers.Template]:
        """The templates by name, from the first one, or after the given one."""

    async def preview(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        *,
        client_id: int | None = None,
        language: str | None = None,
        channel: str | None = None,
        version: int | None = None,
    ) -> answers.RenderedText:
        """The text that a template makes of variables, of a client, or of both.

        client_id  a client of the directory, whose `phone`, `tags`, `attributes` and so on the template may read
        language   default: the attribute `language` of the client
        channel    default: the variant for all channels
        version    default: the newest

        Raises InvalidRequest, which names a variable that is missing or that the template does not read; NotFound.
        """
        given: dict[str, Any] = {"client_id": client_id, "language": language, "channel": channel, "version": version}
        given["variables"] = dict(variables) if isinstance(variables, Mapping) else variables
        with as_arguments():
            return await self.preview_as(name, {name: value for name, value in given.items() if value is not None})

    @abstractmethod
    async def preview_as(self, name: str, asked: Mapping[str, Any]) -> answers.RenderedText:
        """Preview a template as the members of `POST /api/v1/templates/{name}/preview` say."""

    @abstractmethod
    async def delete(self, name: str, *, language: str | None = None, channel: str | None = None) -> answers.Template:
        """Remove the variants of a template: all of them, or those of a language and of a channel.

        Returns what is left. Messages and mailings that use an older version keep it. Raises NotFound.
        """
