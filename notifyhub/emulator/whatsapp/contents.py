"""The checks of WhatsApp message types except interactive ones; lengths are those of Meta's OpenAPI v23.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifyhub.emulator.shared.values import is_link, is_within
from notifyhub.emulator.whatsapp.errors import Fault, bad_value, invalid, missing

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
# Besides `id` and `link`.
EXTRAS = {"image": ("caption",), "video": ("caption",), "document": ("caption", "filename"), "audio": (), "sticker": ()}
EVERYWHERE = frozenset({"id", "link", "provider", "voice"})


def text_fault(text: Any) -> Fault | None:
    if not isinstance(text, dict):
        return invalid("Param text must be a JSON object.")
    body = text.get("body")
    if body is None or body == "":
        return invalid("The parameter text['body'] is required.")
    return length_fault("text['body']", body, TEXT_LIMIT)


def length_fault(name: str, value: Any, limit: int) -> Fault | None:
    """The fault for a value that is not text, or too long. None is valid."""
    if value is None:
        return None
    if not isinstance(value, str):
        return invalid(f"Param {name} must be a string.")
    return invalid(f"Param {name} must be at most {limit} characters long.") if len(value) > limit else None


def media_check(kind: str) -> Callable[[Any], Fault | None]:
    """The check of one media type."""

    def check(media: Any) -> Fault | None:
        if not isinstance(media, dict):
            return invalid(f"Param {kind} must be a JSON object.")
        return _source_fault(kind, media) or _extras_fault(kind, media)

    return check


def _source_fault(kind: str, media: dict[str, Any]) -> Fault | None:
    media_id, link = media.get("id"), media.get("link")
    if not media_id and not link:
        return missing(f"{kind}.id or {kind}.link")
    if media_id and link:
        return bad_value(f"{kind} must have either id or link")
    if link and not is_link(link):
        return invalid(f"Param {kind}['link'] is not a valid URI.")
    return None


def _extras_fault(kind: str, media: dict[str, Any]) -> Fault | None:
    for name, value in media.items():
        if value is not None and name not in EVERYWHERE and name not in EXTRAS[kind]:
            return invalid(f'Unexpected key "{name}" on param "{kind}".')
    return length_fault(f"{kind}['caption']", media.get("caption"), CAPTION_LIMIT)


def location_fault(location: Any) -> Fault | None:
    if not isinstance(location, dict):
        return invalid("Param location must be a JSON object.")
    for name, most in (("latitude", 90), ("longitude", 180)):
        if location.get(name) is None:
            return missing(f"location.{name}")
        if not is_within(location[name], most):
            return bad_value(f"location.{name} must be a number from -{most} to {most}")
    return None


def contacts_fault(contacts: Any) -> Fault | None:
    if not isinstance(contacts, list) or not contacts:
        return invalid("Param contacts must be a non-empty array.")
    for index, contact in enumerate(contacts):
        name = contact.get("name") if isinstance(contact, dict) else None
        if not (isinstance(name, dict) and name.get("formatted_name")):
            return missing(f"contacts[{index}].name.formatted_name")
    return None


def reaction_fault(reaction: Any) -> Fault | None:
    if not isinstance(reaction, dict):
        return invalid("Param reaction must be a JSON object.")
    if not reaction.get("message_id"):
        return missing("reaction.message_id")
    # An empty emoji removes the reaction.
    return None if isinstance(reaction.get("emoji"), str) else missing("reaction.emoji")


def template_fault(template: Any) -> Fault | None:
    """Checks only the shape, not whether the template exists."""
    if not isinstance(template, dict):
        return invalid("Param template must be a JSON object.")
    language, components = template.get("language"), template.get("components")
    code = language.get("code") if isinstance(language, dict) else None
    if not template.get("name"):
        return missing("template.name")
    if not code:
        return missing("template.language.code")
    if not isinstance(template["name"], str) or not isinstance(code, str):
        return invalid("Param template['name'] and its language code must be strings.")
    if components is not None and not _are_components(components):
        return invalid("Param template['components'] must be an array of JSON objects.")
    return None


def _are_components(components: Any) -> bool:
    return isinstance(components, list) and all(
        isinstance(component, dict) and isinstance(component.get("parameters") or [], list) for component in components
    )
