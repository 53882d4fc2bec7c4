"""Templates: storing and reading their versions.

A version changes one variant, or removes some. As of a version, a variant is what the newest row up to it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.templates import Template, Variant
from notifyhub.errors import NotFound
from notifyhub.store.rows import Type, fetch, is_postgres, run, run_rows
from notifyhub.store.snapshots import at_one_moment

_READ = ("name", "version", "language", "channel", "text", "parts", "created_at")
_COLUMNS: dict[str, Type] = {"name": "TEXT", "version": "BIGINT", "language": "TEXT", "channel": "TEXT"}
_COLUMNS |= {"text": "TEXT", "parts": "TEXT", "created_at": "BIGINT"}
_PARTS = ("subject", "html", "parse_mode")
_NEWEST = "(SELECT MAX(n.version) FROM template_variants AS n WHERE {same} AND n.version <= {version})"
_SAME = "n.name = v.name AND n.language = v.language AND n.channel = v.channel"
_AS_OF = f"""
    SELECT {", ".join(f"v.{name} AS {name}" for name in _READ)} FROM template_variants AS v
    WHERE v.name = ? AND v.version = {_NEWEST.format(same=_SAME, version="?")}"""
_LAST = "SELECT MAX(version) FROM template_variants WHERE name = ?"
_INSERT = f"""
    INSERT INTO template_variants ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM {{rows}} AS r"""
_VERSIONS = """
    SELECT version, MAX(created_at) AS created_at, MAX(CASE WHEN text IS NULL THEN 1 ELSE 0 END) AS gone,
        MIN(language) AS language, MIN(channel) AS channel
    FROM template_variants WHERE name = ? GROUP BY version ORDER BY version DESC LIMIT ?"""
_NAMES = """
    SELECT v.name AS name FROM template_variants AS v
    WHERE v.name {bytes} > ? AND v.text IS NOT NULL AND v.version = (
        SELECT MAX(n.version) FROM template_variants AS n
        WHERE n.name = v.name AND n.language = v.language AND n.channel = v.channel)
    GROUP BY v.name ORDER BY v.name {bytes} LIMIT ?"""
_LOCK = "SELECT pg_advisory_xact_lock(7301904456)"
_ANY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A checked variant; `now` in epoch ms."""

    name: str
    variant: Variant
    now: int


@dataclass(frozen=True, slots=True)
class Removal:
    """The variants to remove: all, or those of this language and this channel; `now` in epoch ms."""

    name: str
    language: str | None
    channel: str | None
    now: int


def put(database: peewee.Database, wanted: Sequence[NewVariant]) -> list[answers.Template]:
    """Store variants, as a writer's job. One that is there already makes no new version."""
    return [_put(database, new) for new in wanted]


def _put(database: peewee.Database, new: NewVariant) -> answers.Template:
    rows = _locked(database, new.name)
    variant = new.variant
    same = (row for row in rows if (row["language"], row["channel"]) == (variant.language, variant.channel))
    if not any(row["text"] is not None and _variant(row) == variant for row in same):
        _write(database, [_row(new.name, _last(database, new.name) + 1, variant, new.now)])
        rows = _as_of(database, new.name, _ANY)
    return _answer(rows)


def remove(database: peewee.Database, wanted: Sequence[Removal]) -> list[answers.Template | NotFound]:
    """Remove variants, as a writer's job: from the next version on they are gone."""
    return [_remove(database, removal) for removal in wanted]


def _remove(database: peewee.Database, removal: Removal) -> answers.Template | NotFound:
    rows = _alive(_locked(database, removal.name))
    gone = [
        row for row in rows if removal.language in (None, row["language"]) and removal.channel in (None, row["channel"])
    ]
    if not gone:
        return NotFound("template" if not rows else "such variant of template", removal.name)
    version = _last(database, removal.name) + 1
    _write(
        database,
        [(removal.name, version, row["language"], row["channel"], None, None, removal.now) for row in gone],
    )
    return _answer(_as_of(database, removal.name, _ANY))


def snapshot(name: str, version: int | None = None) -> Callable[[peewee.Database], Template]:
    """Query: the template as of a version; None: as it is now. Raises NotFound."""
    return lambda database: _template(_existing(database, name, version))


def one(name: str, version: int | None = None) -> Callable[[peewee.Database], answers.Template]:
    """Query: a template as of a version; None: as it is now. Raises NotFound."""
    return lambda database: _answer(_existing(database, name, version))


def versions(name: str, limit: int) -> Callable[[peewee.Database], list[answers.TemplateVersion]]:
    """Query: what changed in which version, newest first. Raises NotFound."""

    def ask(database: peewee.Database) -> list[answers.TemplateVersion]:
        names = ("version", "created_at", "gone", "language", "channel")
        rows = fetch(database, _VERSIONS, names, name, limit)
        if not rows:
            raise NotFound("template", name)
        return [
            answers.TemplateVersion(
                version=version,
                created_at=to_datetime(created_at),
                removed=bool(gone),
                language=language or None,
                channel=channel or None,
            )
            for version, created_at, gone, language, channel in sorted(rows, key=lambda row: -row[0])
        ]

    return ask


def page(after: str, limit: int) -> Callable[[peewee.Database], list[answers.Template]]:
    """Query: the templates that there are, by name; those after the name `after`."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[answers.Template]:
        bytewise = 'COLLATE "C"' if is_postgres(database) else ""
        names = sorted(row[0] for row in fetch(database, _NAMES.format(bytes=bytewise), ("name",), after, limit))
        return [_answer(_as_of(database, name, _ANY)) for name in names]

    return ask


def _locked(database: peewee.Database, name: str) -> list[Mapping[str, Any]]:
    if is_postgres(database):
        # Templates change seldom, so those who change one simply wait for each other.
        run(database, _LOCK)
    return _as_of(database, name, _ANY)


def _existing(database: peewee.Database, name: str, version: int | None) -> list[Mapping[str, Any]]:
    rows = _as_of(database, name, _ANY if version is None else version)
    if version is not None and version > _last(database, name):
        raise NotFound("version", f"{version} of template {name}")
    if not _alive(rows):
        raise NotFound("template", name if version is None else f"{name} in version {version}")
    return rows


def _as_of(database: peewee.Database, name: str, version: int) -> list[Mapping[str, Any]]:
    return [dict(zip(_READ, row, strict=True)) for row in fetch(database, _AS_OF, _READ, name, version)]


def _last(database: peewee.Database, name: str) -> int:
    (version,) = run(database, _LAST, name).fetchone()
    return version or 0


def _alive(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["text"] is not None]


def _row(name: str, version: int, variant: Variant, now: int) -> tuple[Any, ...]:
    parts = {part: value for part in _PARTS if (value := getattr(variant, part)) is not None}
    stored = orjson.dumps(parts).decode() if parts else None
    return (name, version, variant.language, variant.channel, variant.text, stored, now)


def _write(database: peewee.Database, rows: Sequence[tuple[Any, ...]]) -> None:
    run_rows(database, _INSERT, _COLUMNS, rows)


def _variant(row: Mapping[str, Any]) -> Variant:
    return Variant(row["language"], row["channel"], row["text"], **orjson.loads(row["parts"] or "{}"))


def _template(rows: Sequence[Mapping[str, Any]]) -> Template:
    version = max(row["version"] for row in rows)
    alive = sorted(map(_variant, _alive(rows)), key=lambda variant: (variant.language, variant.channel))
    return Template(rows[0]["name"], version, tuple(alive))


def _answer(rows: Sequence[Mapping[str, Any]]) -> answers.Template:
    template = _template(rows)
    return answers.Template(
        name=template.name,
        version=template.version,
        created_at=to_datetime(max(row["created_at"] for row in rows)),
        variants=[
            answers.TemplateVariant(
                text=variant.text,
                language=variant.language or None,
                channel=variant.channel or None,
                **{part: getattr(variant, part) for part in _PARTS},
            )
            for variant in template.variants
        ],
    )
