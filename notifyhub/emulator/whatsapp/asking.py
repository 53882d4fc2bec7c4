"""A parsed call to the Graph API: its object, its fields and its token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from notifyhub.emulator.shared.forms import URLENCODED, Form, read_form
from notifyhub.emulator.shared.wire import Call
from notifyhub.emulator.whatsapp.typed import PARAMETERS, Shapes, typed

VERSION = re.compile(r"v[0-9]+\.[0-9]+/")


@dataclass(slots=True)
class Ask:
    """`id` is the object, `edge` its part (empty: the object itself). `fields` are those of query and body together."""

    call: Call
    id: str
    edge: str
    fields: Mapping[str, Any]
    token: str = field(repr=False)
    form: Form = field(default_factory=Form)


def parts_of(call: Call) -> tuple[str, ...]:
    """The parts of the path, without the version."""
    path = VERSION.sub("", call.path, count=1) if VERSION.match(call.path) else call.path
    return tuple(part for part in path.split("/") if part)


def fields_of(call: Call) -> dict[str, Any]:
    """The body's fields: JSON, whatever the Content-Type says, or an urlencoded form."""
    return typed(_body_of(call), shapes_of(_edge(parts_of(call))))


def shapes_of(edge: str) -> Shapes:
    """The typed parameters of calls to an edge."""
    return PARAMETERS.get(edge, {})


def token_of(call: Call, fields: Mapping[str, Any]) -> str:
    """The access token from header, query or form; empty if there is none."""
    token = call.bearer() or (dict(call.query_pairs()).get("access_token") if call.query else None)
    token = token or fields.get("access_token")
    return token if isinstance(token, str) else ""


def read_ask(call: Call) -> Ask:
    """Read a call that is not a send."""
    parts = parts_of(call)
    form = read_form(call)
    body = _body_of(call) if not form.uploads else {}
    edge = _edge(parts)
    fields = typed(dict(call.query_pairs()) | dict(form.pairs) | body, shapes_of(edge))
    return Ask(call, parts[0] if parts else "", edge, fields, token_of(call, fields), form)


def _edge(parts: tuple[str, ...]) -> str:
    return "/".join(parts[1:])


def _body_of(call: Call) -> dict[str, Any]:
    return dict(call.form_pairs()) if call.content_type() == URLENCODED else call.json_object() or {}
