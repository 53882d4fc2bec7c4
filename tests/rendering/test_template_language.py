"""What templates can say, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub.rendering import TemplateFault, compiled

PERSON = {
    "name": "Ann",
    "age": 30,
    "vip": True,
    "nothing": None,
    "nulls": [None],
    "tags": ["new", "sms"],
    "attributes": {"city": "Kazan", "two words": "yes", "tree": {"leaf": 1.5}},
}


def said(source: str, **variables: Any) -> str:
    return compiled(source).render({**PERSON, **variables})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ name }}!", "Hello Ann!"),
        ("{{ attributes.city }} {{ attributes['two words'] }} {{ attributes.tree.leaf }}", "Kazan yes 1.5"),
        ("{{ tags[0] }} {{ tags[-1] }} {{ tags.0 }}", "new sms new"),
        ("{{ name[0] }} {{ name[:2] }} {{ tags[1:]|join }}", "A An sms"),
        ("{{ attributes[name] | default('none of that name') }}", "none of that name"),
        ("{% if age >= 18 and vip %}a{% elif age %}b{% else %}c{% endif %}", "a"),
        ("{% if not vip %}a{% elif age > 40 or age == 30 %}b{% else %}c{% endif %}", "b"),
        ("{{ 'Madam' if vip else 'Sir' }}{{ '!' if age < 3 }}", "Madam"),
        ("{% for t in tags %}{{ loop.index }}/{{ loop.length }}{{ ', ' if not loop.last }}{% endfor %}", "1/2, 2/2"),
        ("{% for t in tags %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}", "021 110 "),
        ("{% for t in tags %}{{ loop.first }}{% endfor %}", "truefalse"),
        ("{% for tag in tags if tag != 'new' %}{{ loop.index }}{{ tag }}{% endfor %}", "1sms"),
        ("{% for tag in [] %}{{ tag }}{% else %}none{% endfor %}", "none"),
        ("{% for key, value in attributes.tree|items %}{{ key }}={{ value }}{% endfor %}", "leaf=1.5"),
        ("{% for key in attributes.tree %}{{ key }}{% endfor %}", "leaf"),
        ("{% for a in (1, 2) %}{% for b in [3, 4] %}{{ loop.index }}{{ b }} {% endfor %}{% endfor %}", "13 24 13 24 "),
        ("{% set who = name ~ ' of ' ~ attributes.city %}{{ who }}", "Ann of Kazan"),
        ("{% set x = 1 %}{% for n in [1, 2] %}{% set x = x + n %}{{ x }}{% endfor %}{{ x }}", "231"),
        ("{% if vip %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", "1"),
        ("{{ 7 + 2 }} {{ 7 - 2 }} {{ 7 * 2 }} {{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }}", "9 5 14 3.5 3 1"),
        ("{{ -age }} {{ 0.1 + 0.2 }} {{ 'a' + 'b' }}", "-30 0.3 ab"),
        ("{{ 'n' in name }} {{ 'x' not in tags }} {{ 'city' in attributes }} {{ 1 < 2 <= 2 }}", "true true true true"),
        ("{{ age is even }} {{ age is divisibleby 7 }} {{ tags is sequence }}", "true false true"),
        ("{# nobody sees this #}{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
        ("  {%- if vip -%}  x  {%- endif %}\n", "x\n"),
        ("{{ true }} {{ 2 }} {{ 2.50 }} {{ 'it''s' }}", "true 2 2.5 its"),
    ],
)  # fmt: skip
def test_a_template_says(source: str, text: str) -> None:
    assert said(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ nmae|default('friend') }}", "friend"),
        ("{{ nothing|default('null') }}", "null"),
        ("{{ attributes.street.house|default('?') }}", "?"),
        ("{{ nmae.first|default(name) }}", "Ann"),
        ("{{ []|first|default('none') }}{{ ''|last is defined }}", "nonefalse"),
        ("{{ nulls|first|default('none') }}{{ nulls|last is defined }}", "nonefalse"),
        ("{{ ''|default('empty') }}{{ ''|default('empty', true) }}", "empty"),
        ("{{ nmae is defined }} {{ nothing is defined }} {{ name is defined }}", "false false true"),
        ("{{ attributes.x is undefined }}", "true"),
        ("{{ nothing is none }} {{ name is none }}", "true false"),
        ("{% if nmae is defined and nmae > 1 %}a{% else %}b{% endif %}", "b"),
    ],
)  # fmt: skip
def test_what_is_missing_can_be_asked_for(source: str, text: str) -> None:
    assert said(source) == text


@pytest.mark.parametrize(
    ("source", "variable"),
    [
        ("{{ nmae }}", "nmae"),
        ("{{ attributes.street }}", "attributes.street"),
        ("{{ attributes.street.house }}", "attributes.street"),
        ("{{ attributes['street'] }}", "attributes.street"),
        ("{{ attributes[name] }}", "attributes.Ann"),
        ("{{ tags[5] }}", "tags[5]"),
        ("{{ name.first }}", "name.first"),
        ("{{ nmae|upper }}", "nmae"),
        ("{{ name ~ nmae }}", "nmae"),
        ("{{ 1 + nmae }}", "nmae"),
        ("{% if nmae %}{% endif %}", "nmae"),
        ("{{ not nmae }}", "nmae"),
        ("{{ nmae == 1 }}", "nmae"),
        ("{% for tag in tgas %}{% endfor %}", "tgas"),
        ("{% for tag in tags %}{{ tag.name }}{% endfor %}", "tag.name"),
        ("{% set x = nmae %}{{ x }}", "nmae"),
        ("{{ nmae|default(naem) }}", "naem"),
        ("{{ name|replace('A', nmae) }}", "nmae"),
        ("{{ nothing }}", "nothing"),
        ("{% for x in [1] %}{% set y = x %}{% endfor %}{{ y }}", "y"),
        ("{{ 'a' if vip and nmae }}", "nmae"),
    ],
)
def test_a_missing_variable_is_named_and_never_an_empty_text(source: str, variable: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        said(source)

    assert (caught.value.code, caught.value.variable) == ("missing_variable", variable)
    assert f'"{variable}"' in caught.value.text


def test_what_a_template_reads_is_known_beforehand() -> None:
    read = compiled(
        "{{ name }}{% set x = 1 %}{{ x }}\n"
        "{% for order in orders %}{{ order.sum }} {{ loop.index }} {{ attributes.a.b }}{% endfor %}"
        "{% if vip %}{% set y = 1 %}{% endif %}{{ y }} {{ attributes[name] }} {{ tags[0].text }} "
        "{{ attributes['c d'] }}"
    )

    assert read.variables == {"name", "orders", "attributes", "vip", "y", "tags"}
    assert dict(read.paths) == {
        "name": (1, 4),
        "orders": (2, 17),
        "attributes.a.b": (2, 62),
        "vip": (2, 97),
        "y": (2, 132),
        "attributes": (2, 140),
        "tags": (2, 163),
        "attributes.c d": (2, 182),
    }


def test_a_template_that_was_compiled_is_kept() -> None:
    assert compiled("Hello {{ name }}") is compiled("Hello {{ name }}")


@pytest.mark.parametrize("value", [["a"], {"a": 1}, [], 10**40])
def test_a_list_or_an_object_is_not_written_as_if_it_were_text(value: Any) -> None:
    with pytest.raises(TemplateFault) as caught:
        said("{{ value }}", value=value)

    assert (caught.value.code, caught.value.column) == ("value", 4)
