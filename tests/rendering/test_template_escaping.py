"""What a variable holds is read as it is by Telegram's own rules, and never becomes markup."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.emulator.telegram.markup import Source, parsed
from notifyhub.emulator.telegram.markup_html import parse_html
from notifyhub.emulator.telegram.markup_markdown import parse_markdown
from notifyhub.emulator.telegram.markup_markdown_v2 import parse_markdown_v2
from notifyhub.rendering import Escape, compiled

READERS: dict[Escape, Callable[[Source], None]] = {
    Escape.HTML: parse_html,
    Escape.MARKDOWN: parse_markdown,
    Escape.MARKDOWN_V2: parse_markdown_v2,
}
NASTY = st.text(st.sampled_from("_*[]()~`>#+-=|{}.!\\<>&\"' \nab1é𝄞"), max_size=30)
SENDABLE = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
ROADS = [
    "{{ v }}",
    "{{ missing|default(v)|trim|replace('\x7f', '') }}",
    "{% set a = v %}{{ a }}",
    "{% for a in [v] %}{{ a }}{% endfor %}",
    "{{ '' ~ v }}",
    "{{ v + '' }}",
    "{{ v if true else '' }}",
    "{{ [v]|join(', ') }}",
    "{{ v[:40] }}",
]


def said(source: str, escape: Escape, **variables: object) -> str:
    return compiled(source, escape).render(variables)


@given(NASTY, st.sampled_from(sorted(READERS)), st.sampled_from(ROADS))
def test_a_variable_arrives_as_it_is_on_whatever_road(value: str, escape: Escape, road: str) -> None:
    # In Markdown a backslash at the very end would take the next character with it.
    value = value.strip()
    text, entities = parsed(READERS[escape], said(road, escape, v=value) + " ")

    assert text == value + " "
    assert entities == []


@given(NASTY)
def test_a_variable_within_markup_leaves_the_markup_as_it_is(value: str) -> None:
    value = f"a{value}z"
    for source, escape in (("<b>{{ v }}</b>", Escape.HTML), ("*{{ v }}*", Escape.MARKDOWN_V2)):
        text, entities = parsed(READERS[escape], said(source, escape, v=value))

        assert text == value
        assert [(entity["type"], entity["length"]) for entity in entities] == [
            ("bold", len(value.encode("utf-16-le")) // 2)
        ]


@given(SENDABLE)
def test_html_is_read_back_by_every_reader(value: str) -> None:
    written = said("{{ v }}", Escape.HTML, v=value)

    assert html.unescape(written) == html.unescape(html.escape(value))
    assert not set(written) & set("<>\"'")


@given(SENDABLE)
def test_plain_text_is_not_escaped(value: str) -> None:
    assert said("{{ v }}", Escape.NONE, v=value) == value


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>{{ v }}</b>", "<b>&lt;i&gt;</b>"),
        ("{{ v|safe }}", "<i>"),
        ("{{ v|safe|upper|trim }}", "<I>"),
        ("{{ v|upper|safe }}", "<I>"),
        ("{{ v|safe ~ v }}", "<i>&lt;i&gt;"),
        ("{{ v + v|safe }}", "&lt;i&gt;<i>"),
        ("{{ [v, v|safe]|join('&') }}", "&lt;i&gt;&amp;<i>"),
        ("{{ v|safe|replace('i', '<') }}", "<&lt;>"),
        ("{% set a = v|safe %}{{ a }}", "<i>"),
        ("{{ missing|default('<b>') }}", "&lt;b&gt;"),
        ("{{ '<b>' }}{{ n }}", "&lt;b&gt;1.5"),
        ("{{ v|length }}{{ v|safe|length }}", "33"),
    ],
)
def test_only_what_is_called_safe_is_markup(source: str, text: str) -> None:
    assert said(source, Escape.HTML, v="<i>", n=1.5) == text


def test_numbers_are_escaped_where_a_dot_is_markup() -> None:
    assert said("{{ n }} {{ m }}", Escape.MARKDOWN_V2, n=1.5, m=-3) == r"1\.5 \-3"
