"""Templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from notifyhub import answers
from notifyhub.clock import now_ms
from notifyhub.domain.limits import MAX_CHARACTERS
from notifyhub.domain.templates import LANGUAGE, OF_CLIENTS, Variant, canonical_language
from notifyhub.errors import Fault, InvalidRequest, NotFound
from notifyhub.flow.wording import NotWorded, as_fault, variable_faults, worded
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.templates import NAME, PreviewRequest, preview_request, template_request
from notifyhub.store import clients, templates
from notifyhub.store.templates import NewVariant, Removal
from notifyhub.verbs import TemplateVerbs
from notifyhub.verbs.two_ways import off_the_loop


class HubTemplates(TemplateVerbs):
    """The templates in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def set_as(self, asked: bytes | Mapping[str, Any]) -> answers.Template:
        # It is tried, and a slow one takes half a second.
        request = await off_the_loop(lambda: template_request(asked))
        variant = Variant(
            language=request.language or "",
            channel=request.channel or "",
            text=request.text,
            subject=request.subject,
            html=request.html,
            parse_mode=request.parse_mode,
        )
        return await self._wiring.written(templates.put, NewVariant(request.name, variant, now_ms()))

    async def get(self, name: str, version: int | None = None) -> answers.Template:
        return await self._wiring.asked(templates.one(_named(name), version))

    async def versions(self, name: str, limit: int = 100) -> list[answers.TemplateVersion]:
        return await self._wiring.asked(templates.versions(_named(name), limit))

    async def list(self, /, after: answers.Template | str | None = None, limit: int = 100) -> list[answers.Template]:
        last = after.name if isinstance(after, answers.Template) else after
        return await self._wiring.asked(templates.page(last or "", limit))

    async def preview_as(self, name: str, asked: bytes | Mapping[str, Any]) -> answers.RenderedText:
        request = preview_request(asked)
        template = await self._wiring.asked(templates.snapshot(_named(name), request.version))
        client = None if request.client_id is None else await self._client(request.client_id)
        taken = () if client is None else OF_CLIENTS
        if faults := variable_faults(template, request.variables, taken):
            raise InvalidRequest(faults)
        variables = {**request.variables, **({} if client is None else of_client(client))}
        language = _language(request, client)
        try:
            found = await off_the_loop(
                lambda: worded(
                    template,
                    request.channel,
                    variables,
                    language=language,
                    written_in=request.language,
                    timezone="UTC" if client is None else client.timezone,
                )
            )
        except NotWorded as error:
            raise InvalidRequest([as_fault(error)]) from error
        return answers.RenderedText(
            text=found.text,
            length=len(found.text),
            limit=MAX_CHARACTERS.get(request.channel or ""),
            channel=request.channel,
            language=found.variant.language or None,
            version=template.version,
            **{part: found.options.get(part) for part in ("subject", "html", "parse_mode")},
        )

    async def delete(self, name: str, *, language: str | None = None, channel: str | None = None) -> answers.Template:
        spoken = None if language is None else canonical_language(language)
        return await self._wiring.written(templates.remove, Removal(_named(name), spoken, channel, now_ms()))

    async def _client(self, id_: int) -> answers.Client:
        try:
            return await self._wiring.asked(clients.one(id_))
        except NotFound as error:
            raise InvalidRequest([Fault("$.client_id", "unknown_client", str(error))]) from error


def of_client(client: answers.Client) -> dict[str, Any]:
    """What a client brings for a template, by `OF_CLIENTS`."""
    known: dict[str, Any] = {"client_id": client.id}
    return known | {name: getattr(client, name) for name in OF_CLIENTS if name != "client_id"}


def _named(name: str) -> str:
    """A name that a template may have. Raises NotFound."""
    if not re.fullmatch(NAME, name):
        raise NotFound("template", name)
    return name


def _language(request: PreviewRequest, client: answers.Client | None) -> str | None:
    own = None if client is None else client.attributes.get(LANGUAGE)
    return request.language or (own if isinstance(own, str) and own.strip() else None)
