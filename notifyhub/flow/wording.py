"""Wording: what a template says to one reader on one channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from notifyhub.domain.limits import text_fault
from notifyhub.domain.templates import (
    MISSING_VARIABLE,
    NO_VARIANT,
    TEMPLATE_FAILED,
    WORDING_TOO_LONG,
    Template,
    Variant,
)
from notifyhub.errors import Fault
from notifyhub.rendering import Context, Escape, TemplateFault, compiled
from notifyhub.requests.faults import json_path
from notifyhub.requests.templates import EMAIL, LONGEST_SUBJECT, TELEGRAM

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})
_ESCAPES = MappingProxyType(
    {"HTML": Escape.HTML, "MarkdownV2": Escape.MARKDOWN_V2, "Markdown": Escape.MARKDOWN, None: Escape.NONE}
)


@dataclass(frozen=True, slots=True)
class Worded:
    """A rendered text, and the options of its channel with what the variant adds to them."""

    text: str
    options: Mapping[str, Any]
    variant: Variant


class NotWorded(Exception):
    """No text can be made for this reader.

    reason    one of `UNWORDED`
    text      why, as a sentence
    variable  what is missing, if it is a variable
    """

    def __init__(self, reason: str, text: str, variable: str | None = None) -> None:
        self.reason = reason
        self.text = text
        self.variable = variable
        super().__init__(text)


def worded(
    template: Template,
    channel: str | None,
    variables: Mapping[str, Any],
    *,
    language: str | None = None,
    written_in: str | None = None,
    timezone: str = "UTC",
    options: Mapping[str, Any] = NO_OPTIONS,
) -> Worded:
    """Render the variant for a channel and a language. Raises NotWorded.

    channel     None: the variant for all channels
    language    of the reader
    written_in  the language of a variant that says none, as far as its author does: numbers, dates and plural forms go
                by the language of the text, not of the reader
    timezone    of the reader, for dates
    options     of the channel, as in a request; they override what the variant brings
    """
    variant = template.variant(language, channel)
    if variant is None:
        raise NotWorded(NO_VARIANT, no_variant(template, channel, language))
    own = _own_options(variant, channel, options)
    context = Context(timezone=timezone, language=variant.language or written_in)
    text = _rendered(template, variant, "text", _ESCAPES[own.get("parse_mode")], variables, context)
    if channel == EMAIL:
        own = {**_email_parts(template, variant, variables, context), **own}
    if channel is not None and (fault := text_fault(channel, text, marked_up="parse_mode" in own)):
        raise NotWorded(WORDING_TOO_LONG if text.strip() else TEMPLATE_FAILED, fault)
    return Worded(text, own, variant)


def _own_options(variant: Variant, channel: str | None, options: Mapping[str, Any]) -> Mapping[str, Any]:
    if channel == TELEGRAM and variant.parse_mode is not None and options.get("parse_mode") is None:
        return {**options, "parse_mode": variant.parse_mode}
    return options


def _email_parts(
    template: Template, variant: Variant, variables: Mapping[str, Any], context: Context
) -> dict[str, str]:
    parts = {}
    if variant.subject is not None:
        # A header is one line, whatever a variable holds.
        subject = _rendered(template, variant, "subject", Escape.NONE, variables, context)
        if line := " ".join(subject.split())[:LONGEST_SUBJECT]:
            parts["subject"] = line
    if variant.html is not None:
        parts["html"] = _rendered(template, variant, "html", Escape.HTML, variables, context)
    return parts


def _rendered(
    template: Template, variant: Variant, part: str, escape: Escape, variables: Mapping[str, Any], context: Context
) -> str:
    try:
        return compiled(getattr(variant, part), escape).render(variables, context)
    except TemplateFault as fault:
        reason = MISSING_VARIABLE if fault.code == MISSING_VARIABLE else TEMPLATE_FAILED
        raise NotWorded(reason, f"{fault.text} ({place(template, variant, part, fault)})", fault.variable) from None


def place(template: Template, variant: Variant, part: str, fault: TemplateFault) -> str:
    """Where in a template a fault is."""
    of = [word for word in (variant.language, variant.channel) if word]
    which = f" for {' on '.join(of)}" if of else ""
    named = "" if part == "text" else f" {part},"
    return f"template {template.name}{which},{named} line {fault.line}, column {fault.column}"


def no_variant(template: Template, channel: str | None, language: str | None) -> str:
    """Why there is no text for this channel and language."""
    there_are = ", ".join(_said(variant) for variant in template.variants)
    wanted = " on ".join([f"in {language}" if language else "without a language", *([channel] if channel else [])])
    return f"template {template.name} has no variant {wanted}; there are {there_are}"


def _said(variant: Variant) -> str:
    return " on ".join([variant.language or "any language", variant.channel or "any channel"])


def known_names(template: Template) -> frozenset[str]:
    """The variables that any variant of a template reads. Raises TemplateFault for one that is no template any more."""
    return frozenset().union(
        *(compiled(source).variables for variant in template.variants for _, source in variant.sources)
    )


def variable_faults(template: Template, given: Collection[str], taken: Collection[str] = ()) -> list[Fault]:
    """Variables that the template does not read, or whose names are taken."""
    read = known_names(template)
    reads = f"it reads {', '.join(sorted(read))}" if read else "it reads none"
    faults = []
    for name in given:
        path = json_path(("variables", name))
        if name in taken:
            faults.append(Fault(path, "reserved", "is what the client or the mailing brings"))
        elif name not in read:
            faults.append(Fault(path, "unknown_variable", f"template {template.name} does not read it; {reads}"))
    return faults


def as_fault(error: NotWorded, said_of: str = "") -> Fault:
    """Why there is no text, as a fault of the request. `said_of`: of whom."""
    path, text = "$.template", f"{said_of}{error.text}"
    if error.reason == NO_VARIANT and not said_of:
        path = "$.language"
    if error.variable is not None:
        path = json_path(("variables", *error.variable.split(".")))
    return Fault(path, error.reason, text)
