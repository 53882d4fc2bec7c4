"""What each filter makes of what it is given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from notifyhub.rendering import Context, TemplateFault, compiled

RUSSIAN = Context("Europe/Moscow", "ru")


def said(source: str, context: Context = RUSSIAN, **variables: Any) -> str:
    """The text, with plain spaces for those that do not break."""
    return compiled(source).render(variables, context).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 'anna-maria o’neil'|title }}", "Anna-Maria O’neil"),
        ("{{ 'иВАН'|capitalize }} {{ 'a'|upper }}{{ 'B'|lower }}", "Иван Ab"),
        ("[{{ '  a b ' | trim }}]", "[a b]"),
        ("{{ 'a-b-c'|replace('-', '+') }}", "a+b+c"),
        ("{{ 'one two three'|truncate(9) }} {{ 'abc'|truncate(3) }}", "one two… abc"),
        ("{{ 'abcdefghij'|truncate(5, '..') }}", "abc.."),
        ("{{ 'abc'|length }}{{ [1, 2]|length }}{{ {'a': 1}|length }}", "321"),
        ("{{ 'abc'|first }}{{ [1, 2]|last }}", "a2"),
        ("{{ [1, 'b', true]|join(', ') }}", "1, b, true"),
        ("{{ orders|join('+', attribute='sum') }}", "30+7.5"),
        ("{{ orders|sort(attribute='sum')|join(' ', attribute='name') }}", "Tea cake"),
        ("{{ ['b', 'C', 'a']|sort|join }} {{ [3, 1, 2]|sort(reverse=true)|join }}", "abC 321"),
        ("{{ [1, 2, 1, 'a', 'a']|unique|join }}", "12a"),
        ("{% for k, v in {'a': 1}|items %}{{ k }}{{ v }}{% endfor %}", "a1"),
        ("{{ 2.5|round }} {{ 3.14159|round(2) }}", "3 3.14"),
        ("{{ 2.1|round(method='ceil') }} {{ '2,9'|round(0, 'floor') }}", "3 2"),
        ("{{ '1 234,50'|float }} {{ '42'|int + 1 }} {{ 'x'|int(0) }} {{ 7.9|int }} {{ -3|abs }}", "1234.5 43 0 7 3"),
    ],
)  # fmt: skip
def test_texts_lists_and_numbers(source: str, text: str) -> None:
    assert said(source, orders=[{"name": "cake", "sum": 30}, {"name": "Tea", "sum": 7.5}]) == text


@pytest.mark.parametrize(
    ("source", "language", "text"),
    [
        ("{{ 1234.5|money }}", "ru", "1 234,50 ₽"),
        ("{{ 1234.5|money('USD') }}", "en", "$1,234.50"),
        ("{{ '1234.5'|money('usd') }}", None, "$1,234.50"),
        ("{{ '1 234,50'|money('EUR') }}", "de", "1.234,50 €"),
        ("{{ '1,234.50'|money('JPY') }}", "en", "¥1,234"),
        ("{{ -5|money(currency='RUB') }}", "ru", "-5,00 ₽"),
        ("{{ 1234567.891|number }}", "ru", "1 234 567,891"),
        ("{{ 1234567.891|number(1) }}", "en", "1,234,567.9"),
        ("{{ 2.5|number(0) }}", "pt-BR", "3"),
        ("{{ 1.5|number }}", "xx-unknown", "1.5"),
        ("{{ '999999999999999999'|number(15) }}", "en", "999,999,999,999,999,999.000000000000000"),
        ("{{ 1000000000000000000|round(15) }}", "en", "1000000000000000000.000000000000000"),
    ],
)
def test_money_and_numbers_are_written_as_in_the_language(source: str, language: str | None, text: str) -> None:
    assert said(source, Context(language=language)) == text


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (0, "рублей"), (1, "рубль"), (2, "рубля"), (4, "рубля"), (5, "рублей"), (11, "рублей"), (12, "рублей"),
        (21, "рубль"), (22, "рубля"), (101, "рубль"), (111, "рублей"), (1.5, "рубля"), (1.0, "рубль"), (-1, "рубль"),
        ("1,5", "рубля"), ("21", "рубль"), (1_000_000, "рублей"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["ru", "ru-RU", None])
def test_russian_has_three_forms_and_a_rule_for_fractions(number: object, word: str, language: str | None) -> None:
    assert said("{{ n|plural('рубль', 'рубля', 'рублей') }}", Context(language=language), n=number) == word


@pytest.mark.parametrize(
    ("language", "number", "forms", "form"),
    [
        ("en", 1, ("day", "days"), "day"),
        ("en", 0, ("day", "days"), "days"),
        ("en", 1.5, ("day", "days"), "days"),
        (None, 2, ("day", "days"), "days"),
        ("fr", 1_000_000, ("jour", "jours"), "jours"),
        ("cs", 3, ("den", "dny", "dní"), "dny"),
        ("cs", 5, ("den", "dny", "dní"), "dní"),
        ("pl", 1.5, ("złoty", "złote", "złotych", "złotego"), "złotego"),
        ("ja", 7, ("円",), "円"),
        ("ar", 2, ("0", "1", "2", "few", "many", "other"), "2"),
    ],
)
def test_other_languages_have_forms_of_their_own(
    language: str | None, number: float, forms: tuple[str, ...], form: str
) -> None:
    given = ", ".join(f"'{word}'" for word in forms)

    assert said(f"{{{{ n|plural({given}) }}}}", Context(language=language), n=number) == form


MOMENT = "2026-11-27T22:30:00Z"


@pytest.mark.parametrize(
    ("source", "context", "text"),
    [
        ("{{ m|date }}", RUSSIAN, "28 нояб. 2026 г."),
        ("{{ m|date }}", Context(), "Nov 27, 2026"),
        ("{{ m|date('full') }}", Context("-05:00", "en"), "Friday, November 27, 2026"),
        ("{{ m|date('d MMMM yyyy') }}", RUSSIAN, "28 ноября 2026"),
        ("{{ m|date(format='short') }}", RUSSIAN, "28.11.2026"),
        ("{{ m|time }}", RUSSIAN, "01:30"),
        ("{{ m|time('HH:mm') }}", Context("+03:00"), "01:30"),
        ("{{ m|time }}", Context("America/New_York", "en"), "5:30 PM"),
        ("{{ m|datetime('d MMM, HH:mm') }}", RUSSIAN, "28 нояб., 01:30"),
        ("{{ m|datetime('short') }}", RUSSIAN, "28.11.2026, 01:30"),
        ("{{ seconds|datetime(\"yyyy-MM-dd'T'HH:mm\") }}", RUSSIAN, "2026-11-28T01:30"),
        ("{{ day|date('d.MM') }} {{ aware|time }} {{ object|date('d.MM') }}", RUSSIAN, "27.11 12:00 27.11"),
        ("{{ local|datetime('short') }}", RUSSIAN, "27.11.2026, 22:30"),
    ],
)
def test_dates_are_told_in_the_zone_and_language_of_who_reads_them(source: str, context: Context, text: str) -> None:
    variables = {
        "m": MOMENT,
        "seconds": 1795818600,
        "day": "2026-11-27",
        "aware": datetime(2026, 11, 27, 9, tzinfo=UTC),
        "object": date(2026, 11, 27),
        "local": "2026-11-27T22:30",
    }

    assert said(source, context, **variables) == text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ 'abc'|money }}", 'filter "money" needs a number, and got "abc"'),
        ("{{ '1,234'|money }}", 'cannot know whether the comma of "1,234" is one of thousands'),
        ("{{ true|money }}", "needs a number, and got true"),
        ("{{ [1]|money }}", "needs a number, and got a list"),
        ("{{ 1|money('RUBLE') }}", 'needs a currency such as RUB or USD, and got "RUBLE"'),
        ("{{ 1|plural('a', 'b') }}", "needs 3 forms in ru (one, few, many), and got 2"),
        ("{{ 'x'|plural('a', 'b', 'c') }}", 'filter "plural" needs a number, and got "x"'),
        ("{{ 'soon'|date }}", 'needs a date such as "2026-11-27" or "2026-11-27T09:30:00Z", and got "soon"'),
        ("{{ '2026-02-30'|date }}", 'and got "2026-02-30"'),
        ("{{ '2026-11-27'|time }}", 'needs a time, and got only a date: "2026-11-27"'),
        ("{{ 0|date('medum') }}", 'and got "medum"'),
        ("{{ 0|date('HH:mm') }}", 'and got "HH:mm"'),
        ("{{ 1e17|date }}", "needs a date"),
        ("{{ [1, 'a']|sort }}", "cannot compare all of these"),
        ("{{ [1]|join(attribute='x') }}", 'needs "x" of every item'),
        ("{{ 'a'|replace('', 'b') }}", "cannot replace an empty text"),
        ("{{ 'abc'|truncate(0) }}", "needs a length of at least 1, and got 0"),
        ("{{ 1|round(2, 'up') }}", "needs one of common, ceil, floor"),
        ("{{ 5|length }}", "needs a text or a list, and got 5"),
        ("{{ 5|items }}", "needs an object, and got 5"),
    ],
)
def test_what_a_filter_cannot_use_is_named(source: str, words: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        said(source)

    assert caught.value.code == "value"
    assert words in caught.value.text


def test_a_zone_that_nobody_knows_is_a_fault() -> None:
    with pytest.raises(TemplateFault, match='cannot use the time zone "Mars/Olympus"'):
        said("{{ 0|date }}", Context("Mars/Olympus"))
