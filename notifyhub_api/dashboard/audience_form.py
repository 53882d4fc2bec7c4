"""The audience of a mailing as rows of a form, one condition each, and JSON for everything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from notifyhub_api.dashboard.form import Form, listed

ROW = "a."
"""The fields of a row begin with this: `a.0.kind`, `a.0.not`, `a.0.name`, `a.0.value`."""
JSON = "audience_json"
LEAST_ROWS = 3
MOST_ROWS = 50

COLUMNS = ("tag", "operator_code", "timezone")
MAILINGS = ("got",)
ATTRIBUTES = ("is", "at_least", "at_most", "exists")
KINDS = (*COLUMNS, *MAILINGS, *ATTRIBUTES)
NEGATED = "not"

_NUMBER = re.compile(r"-?[0-9][0-9\s]*([.,][0-9]+)?")

Filter = dict[str, Any]
Places = dict[str, str]
"""Names of fields by the JSON path that they make."""


def audience(form: Form) -> tuple[Filter | str | None, Places]:
    """The filter, and the field of each of its parts. None: everybody. A text: no JSON, for the API to refuse."""
    parts = [*_conditions(form)]
    if (typed := form.text(JSON)) is not None:
        given = _parsed(typed)
        if not isinstance(given, dict):
            return typed, {"audience": JSON}
        parts.append((JSON, given))
    join = "any" if form.get("join") == "any" else "all"
    members = [name for _, part in parts for name in part]
    if len(parts) < 2 or (join == "all" and len(set(members)) == len(members)):
        # Members of one object must all match anyway.
        places = {f"audience.{name}": field for field, part in parts for name in part}
        return {name: part[name] for _, part in parts for name in part} or None, {"audience": JSON} | places
    places = {f"audience.{join}[{at}]": field for at, (field, _) in enumerate(parts)}
    return {join: [part for _, part in parts]}, {"audience": JSON} | places


def rows(form: Form) -> int:
    """How many rows there are to be filled in."""
    used = [row for row in range(MOST_ROWS) if form.text(f"{ROW}{row}.value") or form.text(f"{ROW}{row}.name")]
    asked = form.get("rows", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else LEAST_ROWS
    return min(max(wanted + (form.get("go") == "more"), LEAST_ROWS, *(row + 1 for row in used)), MOST_ROWS)


def _conditions(form: Form) -> Iterator[tuple[str, Filter]]:
    for row in range(rows(form)):
        kind, name = form.get(f"{ROW}{row}.kind", ""), form.get(f"{ROW}{row}.name", "").strip()
        typed = form.get(f"{ROW}{row}.value", "").strip()
        if kind in KINDS and (typed or name):
            negated = bool(form.get(f"{ROW}{row}.{NEGATED}"))
            yield f"{ROW}{row}.value", _condition(kind, name, typed, negated)


def _condition(kind: str, name: str, typed: str, negated: bool) -> Filter:
    if negated and kind != "exists":
        return {NEGATED: _condition(kind, name, typed, False)}
    values = listed(typed)
    if kind in COLUMNS:
        return {kind: values}
    if kind in MAILINGS:
        # Several are for the API to refuse: a client who got one of them did not get all of them.
        return {kind: _parsed(typed, typed)}
    told: dict[str, Any] = {
        "is": [meant for value in values for meant in _meant(value)],
        "at_least": _number(typed),
        "at_most": _number(typed),
        "exists": not negated,
    }
    return {"attribute": {"name": name, kind: told[kind]}}


def _number(typed: str) -> Any:
    """A number as people write it: with a decimal comma, and with spaces between thousands."""
    return _parsed("".join(typed.split()).replace(",", "."), typed) if _NUMBER.fullmatch(typed) else typed


def _meant(value: str) -> list[Any]:
    """What was typed may be a text, or the number or truth value that it looks like."""
    other = _parsed(value)
    return [value, other] if isinstance(other, bool | int | float) else [value]


def _parsed(text: str, otherwise: Any = None) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return otherwise


def fields(audience: Mapping[str, Any]) -> dict[str, str]:
    """A filter as the fields that make it: rows if those can say it, otherwise JSON."""
    join, parts = _parts(audience)
    found = [_row(part) for part in parts]
    filled = [row for row in found if row is not None]
    if len(filled) < len(found) or len(found) > MOST_ROWS:
        return {JSON: json.dumps(audience, ensure_ascii=False, indent=2)}
    named = {f"{ROW}{at}.{name}": value for at, row in enumerate(filled) for name, value in row.items()}
    return {"join": join, **named}


def _parts(audience: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    for join in ("all", "any"):
        if set(audience) == {join}:
            return join, audience[join]
    return "all", [{name: value} for name, value in audience.items()]


def _row(part: Mapping[str, Any]) -> dict[str, str] | None:
    """The fields of a condition; None: it is no single one."""
    if set(part) == {NEGATED}:
        inner = _row(part[NEGATED])
        return None if inner is None or NEGATED in inner else inner | {NEGATED: "1"}
    if len(part) != 1:
        return None
    ((kind, value),) = part.items()
    if kind == "not_got":
        return {"kind": "got", "value": str(value), NEGATED: "1"}
    if kind == "attribute":
        return _attribute_row(value)
    return {"kind": kind, "value": _joined(value)} if kind in (*COLUMNS, *MAILINGS) and _is_typed(value) else None


def _attribute_row(attribute: Mapping[str, Any]) -> dict[str, str] | None:
    conditions = {name: value for name, value in attribute.items() if name != "name"}
    if len(conditions) != 1:
        return None
    ((kind, value),) = conditions.items()
    if kind == "exists":
        return {"kind": kind, "name": attribute["name"], "value": ""} | ({} if value else {NEGATED: "1"})
    same = _is_typed(value) and (kind != "is" or _again(value) == value)
    return {"kind": kind, "name": attribute["name"], "value": _joined(value)} if same else None


def _again(values: list[Any]) -> list[Any]:
    """What these values of an attribute are once they have been typed: 5 alone would also be the text "5"."""
    return [meant for value in _joined(values).split(", ") for meant in _meant(value)]


def _joined(value: Any) -> str:
    listed = value if isinstance(value, list) else [value]
    return ", ".join(dict.fromkeys(one if isinstance(one, str) else json.dumps(one) for one in listed))


def _is_typed(value: Any) -> bool:
    """Would what is typed for these values mean these values again?"""
    listed = value if isinstance(value, list) else [value]
    return not any(isinstance(one, str) and set(one) & set(",;\n") for one in listed)
