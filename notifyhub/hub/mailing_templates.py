"""Mailings with templates: the version that they keep, and the check before anything is stored or started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifyhub.domain.mailings import NOT_STARTED, MailingStatus
from notifyhub.domain.templates import Template
from notifyhub.errors import Fault, InvalidRequest, NotFound
from notifyhub.flow.mailing_check import template_faults
from notifyhub.flow.mailing_words import MailingWords, words_of
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.words import OF_TEMPLATES
from notifyhub.store import mailings, templates
from notifyhub.verbs.two_ways import off_the_loop

OF_WORDS = frozenset({"text", "template", *OF_TEMPLATES, "audience", "channels", "options", "name", "reference"})
"""The columns that decide what is said to whom."""


async def template_of(hub: Wiring, name: str, version: int | None) -> Template:
    """A template as of a version; None: the newest. Raises InvalidRequest for one that does not exist."""
    try:
        return await hub.asked(templates.snapshot(name, version))
    except NotFound as error:
        path = "$.template" if version is None else "$.template_version"
        raise InvalidRequest([Fault(path, "unknown_template", str(error))]) from error


async def with_words(hub: Wiring, columns: Mapping[str, Any], now: int, *, audience_too: bool = True) -> dict[str, Any]:
    """The columns of a mailing with the version of its template, if it has one. `now` in epoch ms.

    audience_too  whether its clients are checked too, and not only what is the same for all

    Raises InvalidRequest if there is no such template, or no text can be made from it.
    """
    await hub.ready()
    if columns.get("template") is None:
        return dict(columns)
    template = await template_of(hub, columns["template"], columns.get("template_version"))
    source = template.variant(columns.get("language"), None) or template.variants[0]
    whole = {**columns, "template_version": template.version, "text": source.text}
    words = MailingWords(template, whole)
    faults = await off_the_loop(lambda: template_faults(hub.database, whole, words, now, audience_too=audience_too))
    if faults:
        raise InvalidRequest(faults)
    return whole


async def changed_words(hub: Wiring, id_: int, columns: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The changes to a mailing, with the version of its template. Raises as `with_words` does, and NotFound."""
    row = await hub.asked(lambda database: mailings.find(database, id_))
    if row is None:
        raise NotFound("mailing", id_)
    if MailingStatus(row["status"]) not in NOT_STARTED or not OF_WORDS & columns.keys():
        return dict(columns)
    if "text" in columns:
        return {**columns, **dict.fromkeys(("template", *OF_TEMPLATES))}
    if columns.get("template", row["template"]) is None:
        if given := [name for name in OF_TEMPLATES if columns.get(name)]:
            raise InvalidRequest([Fault(f"$.{name}", "no_template", "goes with a template") for name in given])
        return dict(columns)
    new = {**row, **columns}
    if "template" in columns and "template_version" not in columns:
        new["template_version"] = None
    whole = await with_words(hub, new, now, audience_too=row["status"] != MailingStatus.DRAFT)
    return {**columns, "template_version": whole["template_version"], "text": whole["text"]}


async def check_before_start(hub: Wiring, id_: int, now: int) -> None:
    """Raise InvalidRequest if there is no text for some client of a mailing that has not started."""
    row = await hub.asked(lambda database: mailings.find(database, id_))
    if row is None or row["template"] is None or MailingStatus(row["status"]) not in NOT_STARTED:
        return  # the move tells what is wrong, if anything is
    words = await off_the_loop(lambda: words_of(hub.database, row))
    if words is not None and (
        faults := await off_the_loop(lambda: template_faults(hub.database, row, words, now, audience_too=True))
    ):
        raise InvalidRequest(faults)
