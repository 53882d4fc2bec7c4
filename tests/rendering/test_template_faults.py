"""Where something is wrong, to the line and column, and in which words."""

from __future__ import annotations

import pytest

from notifyhub.rendering import TemplateFault, compiled

VARIABLES = {"name": "Ann", "items": [1, 2, None], "attributes": {}, "n": 5}


def fault_of(source: str) -> TemplateFault:
    with pytest.raises(TemplateFault) as caught:
        compiled(source).render(VARIABLES)
    return caught.value


def test_the_text_says_what_and_the_place_says_where() -> None:
    fault = fault_of("Hello\n  {{ nmae }}")

    assert (fault.text, fault.code, fault.line, fault.column) == ('unknown variable "nmae"', "missing_variable", 2, 6)
    assert str(fault) == 'unknown variable "nmae" (line 2, column 6)'


# The mark ^ stands before the token that the fault points at.
SYNTAX = [
    "{{ name ^",
    "{{ name ^}",
    "{{ ^'Ann }}",
    "{{ name ^!}}",
    "{{ ^}}",
    "{{ name ^other }}",
    "{{ name[1^) }}",
    "a {% ^if name %} b",
    "{% ^if name %}{% for x in items %}{% endfor %}",
    "{% for x in items %}{% ^endif %}",
    "{% ^endfor %}",
    "{% ^unless name %}",
    "{% for x ^of items %}{% endfor %}",
    "{% for x in items %}{% ^for y in items %}",
    "text {#^ never closed",
    "{% set ^%}",
    "{{ name|^}}",
    "{{ name|^truncate }}",
    "{{ name|^upper(1) }}",
    "{{ name|^truncate(size=3) }}",
    "{{ ^123456789012345678901234567890 }}",
    "{{ name is ^}}",
    "\n\n{{ 'é𝄞' }} {{ ^}}",
    "{{ 'two\nlines' }} {{ ^}}",
    "{{ name -}}  \n\n  {{ ^}}",
    "{# a\n b #}{% raw %}{{ \n {% endraw %}{{ ^}}",
]
FORBIDDEN = [
    "{{ ^range(9) }}",
    "{{ ^name.upper() }}",
    "{{ name.^__class__ }}",
    "{{ name['^__class__'] }}",
    "{{ name\n  .^__class__.__mro__ }}",
    "{{ ^_private }}",
    "{{ 2 ^** 9 }}",
    "{{ name|^attr('x') }}",
    "{{ name|^center(9) }}",
    "{{ name is ^callable }}",
    "{{ ^none }}",
    "{{ name[^::2] }}",
    "{% ^macro a() %}{% endmacro %}",
    "{% ^include 'a' %}",
    "{% ^import 'a' as b %}",
    "{% ^from 'a' import b %}",
    "{% ^extends 'a' %}",
    "{% ^block a %}{% endblock %}",
    "{% ^call name() %}{% endcall %}",
    "{% ^filter upper %}{% endfilter %}",
    "{% ^with a = 1 %}{% endwith %}",
    "{% ^autoescape false %}{% endautoescape %}",
    "{% ^set a %}b{% endset %}",
    "{% set ^a.b = 1 %}",
    "{% set ^a, b = 1, 2 %}",
    "{% set ^loop = 1 %}",
    "{% ^for x in items recursive %}{% endfor %}",
    "{% for x in items %}{{ ^loop }}{% endfor %}",
    "{% for x in items %}{{ ^loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in items %}{{ ^loop.parent }}{% endfor %}",
    "{{ name|^upper(*items) }}",
]
MISSING = [
    "{{ []|^first }}",
    "{{ (''|^last)|upper }}",
    "{{ ^nmae }}",
    "{{ name ~ ' ' ~ ^nmae }}",
    "{{ n + n * ^nmae }}",
    "{{ ^attributes.street.house }}",
    "{% for x in items %}\n{{ ^x }}\n{% endfor %}",
    "{% for x in items %}{% if x == 2 %}{{ ^attributes.street }}{% endif %}{% endfor %}",
    "{% if name == 'Ann' %}\r\n\r\n {{ ^nmae }}{% endif %}",
    "{{ name|replace('A', ^nmae) }}",
    "{%- set x = ^nmae -%} {{ x }}",
]
VALUE = [
    "{{ name ~ ^'\\x00' }}",
    "{{ name|replace('A', ^'\\ud83d') }}",
    "{{ name|^money }}",
    "{{ n|^money('XXXX') }}",
    "{{ n|^plural('one') }}",
    "{{ name|^date }}",
    "{{ 5 ~ (^name * 2) }}",
    "{{ n * (^name % 3) }}",
    "{{ ^n / 0 }}",
    "{{ ^name < 3 }}",
    "{{ -^name }}",
    "{{ ^items }}",
    "{% for x in ^name %}{% endfor %}",
    "{% for ^a, b in items %}{% endfor %}",
    "{% set pairs = [^items] %}",
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        *(("syntax", source) for source in SYNTAX),
        *(("forbidden", source) for source in FORBIDDEN),
        *(("missing_variable", source) for source in MISSING),
        *(("value", source) for source in VALUE),
    ],
)
def test_line_and_column_point_at_what_is_wrong(code: str, marked: str) -> None:
    before, source = marked.partition("^")[0].replace("\r\n", "\n"), marked.replace("^", "", 1)

    fault = fault_of(source)

    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (fault.code, fault.line, fault.column) == (code, *place), fault


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ name.upper() }}", 'must not call "name.upper": write | upper'),
        ("{{ name|uper }}", 'unknown filter "uper": did you mean "upper"?'),
        ("{% if name %}", '"if" is never closed: "{% endif %}" is missing'),
        ("{{ name|truncate }}", 'filter "truncate" takes (length, end='),
        ("{{ n|plural('рубль') }}", 'filter "plural" got 1 forms and no language'),
        ("{{ n|money('RUR?') }}", 'filter "money" needs a currency such as RUB or USD, and got "RUR?"'),
        ("{{ name|date('medum') }}", 'filter "date" needs a date'),
        ("{{ name * 3 }}", '"*" needs a number, and got "Ann"'),
        ("{{ 'Ann }}", "a text in quotation marks is never closed"),
        ("{{ name", "expected '}}'"),
        ("{{ '\\ud83d' }}", "the text has half of a surrogate pair"),
    ],
)
def test_faults_are_told_in_words_that_help(source: str, words: str) -> None:
    assert words in fault_of(source).text
