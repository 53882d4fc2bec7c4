"""The form of a mailing: its steps, the request that its fields make, and the fields that a mailing has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from notifyhub.errors import Fault
from notifyhub_api.dashboard import audience_form
from notifyhub_api.dashboard.form import Form, beside, given
from notifyhub_api.dashboard.formats import moment_of
from notifyhub_api.dashboard.moments import moment, typed
from notifyhub_api.dashboard.variables import named

STEPS = ("text", "audience", "when", "check")
CHECK = STEPS[-1]
CHANNEL = "channel."
"""The field of each channel begins with this, and ends with its place in the order."""
_FIELDS = {
    "text": (
        "name",
        "text",
        "template",
        "template_version",
        "language",
        "variables",
        "reach",
        "confirm_within",
        CHANNEL,
    ),
    "audience": ("join", "rows", audience_form.ROW, audience_form.JSON),
    "when": (
        "starts_at",
        "ends_at",
        "window_from",
        "window_to",
        "days",
        "rate",
        "priority",
        "deduplicate",
        "late_joiners",
        "ignore_reachability",
        "reference",
    ),
    CHECK: ("test_clients", "to."),
}
"""The fields of each step; those that end with a point are the beginnings of their names."""
MOMENTS = ("starts_at", "ends_at")
CHAIN = "chain"
_PLACES = {
    **{name: name for name in (*_FIELDS["text"], *_FIELDS["when"])},
    "channels": f"{CHANNEL}0",
    "channels.confirm_within": "confirm_within",
    "send_window": "window_from",
    "send_window.to": "window_to",
    "send_window.days": "days",
}
_OF_A_TEXT = ("text",)
_OF_A_TEMPLATE = ("template", "template_version", "language", "variables")
_ALWAYS = ("name", "channels", "reach", "audience", "starts_at", "ends_at", "send_window", "rate", "priority")
_CHANGEABLE = (*_ALWAYS, "deduplicate", "late_joiners", "ignore_reachability", "reference")


class Asked:
    """body    the request of `POST /mailings`
    places  names of fields by the JSON path that they make
    """

    def __init__(self, form: Form) -> None:
        audience, conditions = audience_form.audience(form)
        channels, order = _channels(form)
        self.places = _PLACES | order | conditions
        self.body = given(
            **_words(form),
            name=form.get("name", ""),
            channels=channels,
            reach="all" if form.get("reach") == "all" else None,
            audience=audience,
            **_times(form),
            rate=form.text("rate"),
            priority=form.text("priority"),
            deduplicate=_deduplicate(form),
            late_joiners=True if form.get("late_joiners") else None,
            ignore_reachability=True if form.get("ignore_reachability") else None,
            reference=form.text("reference"),
        )

    def changes(self) -> dict[str, Any]:
        """The same as a request of `PATCH /mailings/{id}`: what is empty gets its default."""
        words = _OF_A_TEMPLATE if "template" in self.body else _OF_A_TEXT
        found = {name: self.body.get(name) for name in (*words, *_CHANGEABLE)}
        # The newest version is what a template has by not being told of one.
        return {name: value for name, value in found.items() if value is not None or name != "template_version"}

    def beside(self, faults: Sequence[Fault]) -> dict[str, list[str]]:
        return beside(faults, self.places)


def step_of(field: str) -> str:
    """The step that a field belongs to; of faults that belong to no field: the last."""
    return next((step for step, fields in _FIELDS.items() if any(_is_one(field, name) for name in fields)), CHECK)


def _is_one(field: str, name: str) -> bool:
    return field.startswith(name) if name.endswith(".") else field == name


def carried(form: Form, step: str) -> list[tuple[str, str]]:
    """What the other steps have, as (name, value) for hidden fields."""
    mine = [field for field in form if any(_is_one(field, name) for each in _FIELDS.values() for name in each)]
    return [(field, value) for field in mine if step_of(field) != step for value in form.all(field)]


def _channels(form: Form) -> tuple[Any, dict[str, str]]:
    fields = [field for field in form if field.startswith(CHANNEL) and form.text(field)]
    named = [form[field] for field in fields]
    if form.get("reach") != CHAIN:
        return named, {f"channels[{at}]": field for at, field in enumerate(fields)}
    order = {f"channels.first_of[{at}]": field for at, field in enumerate(fields)}
    return given(first_of=named, confirm_within=_number(form.text("confirm_within"))), order


def _words(form: Form) -> dict[str, Any]:
    template = form.text("template")
    text = form.get("text", "") if template is None or form.text("text") else None
    if template is None:
        return {"text": text}
    members = {"text": text, "template": template, "language": form.text("language"), "variables": _variables(form)}
    return members | {"template_version": _number(form.text("template_version"))}


def _variables(form: Form) -> dict[str, Any] | None:
    """From lines such as `city: Tver`; a value may be JSON of a list, an object or a text."""
    return {name: _value(value) for name, value in named(form.get("variables", ""))} or None


_JSON = ("[", "{", '"')


def _value(text: str) -> Any:
    if text.startswith(_JSON):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _times(form: Form) -> dict[str, Any]:
    days = form.all("days")
    window = given(**{"from": form.text("window_from"), "to": form.text("window_to"), "days": days or None})
    return {**{name: moment(form, name) for name in MOMENTS}, "send_window": window or None}


def _deduplicate(form: Form) -> Any:
    return _number(form.text("deduplicate"))


def _number(text: str | None) -> Any:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else text


def fields_of(mailing: Mapping[str, Any], now: datetime) -> Form:
    """The fields that make this mailing, moments in UTC. A start before `now` is left empty: it means at once."""
    channels = mailing["channels"]
    chain = isinstance(channels, Mapping)
    window = mailing.get("send_window", {})
    found: dict[str, Any] = {
        **_same(mailing),
        **{f"{CHANNEL}{at}": name for at, name in enumerate(channels["first_of"] if chain else channels)},
        "reach": CHAIN if chain else mailing["reach"],
        "confirm_within": channels.get("confirm_within") if chain else None,
        "starts_at": typed(mailing["starts_at"]) if moment_of(mailing["starts_at"]) > now else None,
        "ends_at": typed(mailing.get("ends_at")) or None,
        "window_from": window.get("from"),
        "window_to": window.get("to"),
        **audience_form.fields(mailing["audience"]),
    }
    if "template" in mailing:
        found |= {"text": None, "variables": _lines(mailing.get("variables", {}))}
    days = [("days", day) for day in window.get("days", ())]
    return Form([(name, str(value)) for name, value in found.items() if value not in (None, False)] + days)


def _same(mailing: Mapping[str, Any]) -> dict[str, Any]:
    """What has the same name and form in both."""
    names = ("name", "text", "template", "template_version", "language", "rate", "priority")
    more = ("deduplicate", "late_joiners", "ignore_reachability", "reference")
    return {name: mailing.get(name) for name in (*names, *more)}


def _lines(variables: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {_written(value)}" for name, value in variables.items())


def _written(value: Any) -> str:
    plain = isinstance(value, str) and "\n" not in value and not value.startswith(_JSON)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)
