"""Messages with a template: what they say on each of their channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub.domain.templates import Template, Words
from notifyhub.errors import Fault, InvalidRequest, NotFound
from notifyhub.flow.wording import NO_OPTIONS, NotWorded, as_fault, variable_faults, worded
from notifyhub.requests import MessageRequest, options_of
from notifyhub.store import templates
from notifyhub.store.database import Database


def said(request: MessageRequest, database: Database) -> MessageRequest:
    """The request with the texts of its template. Blocks.

    Raises InvalidRequest if there is no such template, or no text can be made from it; StoreUnavailable.
    """
    try:
        template = database.read(templates.snapshot(request.template or "", request.template_version)).result()
    except NotFound as error:
        path = "$.template" if request.template_version is None else "$.template_version"
        raise InvalidRequest([Fault(path, "unknown_template", str(error))]) from error
    return filled(request, template)


def filled(request: MessageRequest, template: Template) -> MessageRequest:
    """The request with the texts of this template. Raises InvalidRequest."""
    faults = variable_faults(template, request.variables)
    by_channel: dict[str, Words] = {}
    for channel in dict.fromkeys(channel for channel, _ in _places(request)):
        try:
            one = worded(template, channel, request.variables, **_reader(request, channel))
            by_channel[channel] = Words(one.text, one.options)
        except NotWorded as error:
            fault = as_fault(error)
            faults += [] if fault in faults else [fault]
    if faults:
        raise InvalidRequest(faults)
    first = next(iter(by_channel.values()))
    return request.saying({(channel, ""): words for channel, words in by_channel.items()}, first.text, template.version)


def _places(request: MessageRequest) -> list[tuple[str, str]]:
    return [place for steps in request.chains() for place in steps] if request.chain else request.pairs()


def _reader(request: MessageRequest, channel: str) -> Mapping[str, Any]:
    language = request.language
    return {"language": language, "written_in": language, "options": options_of(request).get(channel, NO_OPTIONS)}
