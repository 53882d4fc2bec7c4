"""Whatever a template does, it ends: with a text of bounded size, or with a fault."""

from __future__ import annotations

import json
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.rendering import Escape, TemplateFault, compiled
from notifyhub.rendering.run import MOST_CHARACTERS, MOST_SECONDS

# 16 KB of JSON, which is what the variables of a message may have.
LARGE = {
    "numbers": list(range(3_000)),
    "letters": ["a"] * 4_000,
    "text": "x" * 16_000,
    "deep": json.loads("[" * 400 + "]" * 400),
    "deep_too": json.loads("[" * 400 + "]" * 400),
    "wide": {f"k{number}": number for number in range(1_000)},
    "digits": "9" * 16_000,
    "huge": 10**4_000,
    "float": 1e308,
    "name": "Ann",
}
FOUR_LOOPS = "{% for a in numbers %}{% for b in numbers %}{% for c in numbers %}{% for d in numbers %}"
END = "{% endfor %}"
GREEDY = {
    "four loops": (FOUR_LOOPS + END * 4, "too_slow"),
    "four loops that write": (FOUR_LOOPS + "x" + END * 4, "too_slow"),
    "loops that sort": ("{% for a in numbers %}{% set x = letters|sort|unique|sort %}" + END, "too_"),
    "a loop that filters": ("{% for a in numbers if (numbers|sort|join|length) < 0 %}" + END, "too_"),
    "text times a number": ("{{ 'x' * 1000000000 }}", "value"),
    "a list times a number": ("{{ [1] * 1000000000 }}", "value"),
    "text formatted": ("{{ '%01000000000d' % 1 }}", "value"),
    "text that doubles": ("{% set t = text %}" + "{% set t = t ~ t %}" * 40 + "{{ t }}", "too_long"),
    "text that doubles by plus": ("{% set t = text %}" + "{% set t = t + t %}" * 40 + "{{ t }}", "too_long"),
    "text that doubles by replace": ("{% set t = text %}" + "{% set t = t|replace('x', 'xx') %}" * 40, "too_long"),
    "text replaced by text": ("{{ text|replace('x', text) }}", "too_long"),
    "join": ("{{ letters|join(text) }}", "value"),
    "many texts held": ("".join(f"{{% set t{n} = text ~ {n} %}}" for n in range(1_000)), "too_long"),
    "many lists held": ("".join(f"{{% set t{n} = numbers[:] %}}" for n in range(1_000)), "too_long"),
    "lists of lists": ("{% set l = [1] %}{% set l = [l, l] %}", "value"),
    "a product": ("{{ 999999999999999999 * 999999999999999999 }}", "value"),
    "a long product": ("{% set n = 9 %}" + "{% set n = n * n %}" * 60, "value"),
    "a float": ("{{ float * 10 }}", "value"),
    "a huge number": ("{{ huge }}", "value"),
    "a huge number compared": ("{{ huge|money }}", "value"),
    "a huge number in text": ("{{ digits|int }}", "value"),
    "a huge exponent": ("{{ '1e999999999'|float }}", "value"),
    "a power": ("{{ 9 ** 9 ** 9 }}", "forbidden"),
    "many digits": ("{{ 1|round(999999999) }}", "value"),
    "a wide format": ("{{ 0|date('" + "y" * 90 + "') }}", "value"),
    "output": ("{{ text }}" * 10, "too_long"),
    "output in a loop": ("{% for x in letters %}{{ text }}{% endfor %}", "too_long"),
    "text alone": ("x" * (MOST_CHARACTERS + 1), "too_long"),
    "parentheses": ("{{ " + "(" * 30_000 + ")" * 30_000 + " }}", "forbidden"),
    "lists": ("{{ " + "[" * 300 + "]" * 300 + " }}", "forbidden"),
    "attributes": ("{{ a" + ".b" * 5_000 + "|default(1) }}", "forbidden"),
    "filters": ("{{ name" + "|upper" * 5_000 + " }}", "forbidden"),
    "negations": ("{{ " + "not " * 10_000 + "name }}", "forbidden"),
    "sums": ("{{ 1" + "+1" * 5_000 + " }}", "forbidden"),
    "conditions": ("{% if name %}" * 4_000, "forbidden"),
    "many tags": ("{% if name %}{% endif %}" * 2_500, "too_long"),
    "many expressions": ("{{1}}" * 12_000, "too_long"),
}  # fmt: skip


@pytest.mark.parametrize("trick", GREEDY)
def test_a_template_that_takes_too_much_ends_with_a_fault(trick: str) -> None:
    source, code = GREEDY[trick]

    tracemalloc.start()
    try:
        with pytest.raises(TemplateFault) as caught:
            compiled(source).render(LARGE)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.code.startswith(code), caught.value
    assert most < 24 * 1024 * 1024


def test_a_render_takes_no_more_of_a_processor_than_it_may() -> None:
    slow = compiled(
        "{% for a in numbers %}{% for b in [1, 2, 3] %}{% set x = letters|unique|join|upper %}{% endfor %}{% endfor %}"
    )

    began = time.thread_time()
    with pytest.raises(TemplateFault, match="than"):
        slow.render(LARGE)

    # What was begun is ended: a single filter over 16 KB.
    assert time.thread_time() - began < 4 * MOST_SECONDS


def test_deep_variables_can_be_compared() -> None:
    assert compiled("{{ deep == deep_too }}").render(LARGE) == "true"


def test_variables_nested_beyond_reason_are_a_fault() -> None:
    one: list[object] = []
    other: list[object] = []
    for _ in range(100_000):
        one, other = [one], [other]

    with pytest.raises(TemplateFault) as caught:
        compiled("{{ one == other }}").render({"one": one, "other": other})

    assert caught.value.code == "value"


def test_a_long_text_within_the_bound_is_rendered() -> None:
    assert len(compiled("{{ text }}{{ text }}{{ text }}{{ text }}").render(LARGE)) == 64_000


def test_ten_thousand_turns_are_allowed() -> None:
    source = "{% for a in hundred %}{% for b in hundred if b < 99 %}{% endfor %}{% endfor %}done"

    with pytest.raises(TemplateFault, match="turns of its loops"):
        compiled(source).render({"hundred": range(100)} | {"hundred": list(range(100))})
    assert compiled(source).render({"hundred": list(range(60))}) == "done"


def test_guards_hold_in_every_thread() -> None:
    source, _ = GREEDY["four loops"]

    def code(_: int) -> str:
        with pytest.raises(TemplateFault) as caught:
            compiled(source).render(LARGE)
        return caught.value.code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(code, range(8))) == {"too_slow"}


@pytest.mark.parametrize("source", ["{{ name }}", "{{ name|safe }}", "{{ wide|items|first|join }}"])
def test_a_character_that_no_database_takes_is_a_fault(source: str) -> None:
    with pytest.raises(TemplateFault, match="NUL character, which cannot be sent") as caught:
        compiled(source).render({"name": "a\x00", "wide": {"\x00": 1}})

    assert (caught.value.code, caught.value.line) == ("value", 1)


PIECES = [
    "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "if ", "endif", "for x in ", "endfor", "set a = ",
    "else", "name", "numbers", "wide", "text", "deep", ".k1", "[0]", "[", "]", "(", ")", "|upper", "|join(', ')",
    "|sort", "|money", "|date", "|default(1)", "|plural('a', 'b')", "|replace('x', text)", " is defined",
    " is in ", " + ", " * ", " ~ ", " == ", " and ", "not ", "1", "'a'", '"', "'", "\n", "\r\n", " ", "_", ".",
    ",", "raw", "endraw", "loop.index", "é", "𝄞", "none", "range(3)", "{}", ":", "!", "\\", "0x", "1e5", "**",
    "//", "%", "|round(15)", "|number(15)", "huge", "float", "999999999999999999", "\\x00", "\\ud800",
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)), st.sampled_from(Escape))
def test_any_text_at_all_is_rendered_or_a_fault_with_a_place_in_it(source: str, escape: Escape) -> None:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text, fault = "", TemplateFault("none", "", 1, 1)
    try:
        text = compiled(source, escape).render(LARGE)
    except TemplateFault as caught:
        fault = caught

    assert len(text.encode()) <= 4 * MOST_CHARACTERS
    assert len(text) <= MOST_CHARACTERS
    assert "\x00" not in text
    assert 1 <= fault.line <= len(lines)
    assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
    assert fault.text
