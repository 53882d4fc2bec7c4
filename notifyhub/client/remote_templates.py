"""The templates of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import TemplateVerbs, as_arguments

TEMPLATES = "/api/v1/templates"


class RemoteTemplates(Service, TemplateVerbs):
    """The templates of a service."""

    async def set_as(self, asked: Mapping[str, Any]) -> answers.Template:
        return await self.ask(answers.Template, "POST", TEMPLATES, asked)

    async def get(self, name: str, version: int | None = None) -> answers.Template:
        return await self.ask(answers.Template, "GET", _of(name), thing=("template", name), version=version)

    async def versions(self, name: str, limit: int = 100) -> list[answers.TemplateVersion]:
        path, thing = f"{_of(name)}/versions", ("template", name)
        return (await self.ask(answers.TemplateVersions, "GET", path, thing=thing, limit=limit)).items

    async def list(self, /, after: answers.Template | str | None = None, limit: int = 100) -> list[answers.Template]:
        last = after.name if isinstance(after, answers.Template) else after
        with as_arguments():
            return await self.pages(answers.TemplatePage, TEMPLATES, limit, after=last)

    async def preview_as(self, name: str, asked: Mapping[str, Any]) -> answers.RenderedText:
        return await self.ask(answers.RenderedText, "POST", f"{_of(name)}/preview", asked, ("template", name))

    async def delete(self, name: str, *, language: str | None = None, channel: str | None = None) -> answers.Template:
        thing = ("template", name)
        return await self.ask(answers.Template, "DELETE", _of(name), thing=thing, language=language, channel=channel)


def _of(name: str) -> str:
    return f"{TEMPLATES}/{quote(name, safe='')}"
