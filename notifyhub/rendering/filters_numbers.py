"""Filters of numbers: money, plural forms, and how numbers are written in a language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Any

from notifyhub.rendering.escaping import Escaper
from notifyhub.rendering.faults import Unusable, shown
from notifyhub.rendering.languages import locale_of
from notifyhub.rendering.run import Context
from notifyhub.rendering.values import Number, exact, number_of, text_of

MOST_DIGITS = 15
ENOUGH_DIGITS = 40
"""Before and behind the comma: more than 10¹⁸ with `MOST_DIGITS` has."""
_TOGETHER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
METHODS: Mapping[Any, str] = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}


def _money(context: Context, escape: Escaper, value: Any, currency: Any = "RUB") -> str:
    from babel.numbers import format_currency

    code = text_of(currency).upper()
    if code not in _currencies():
        raise Unusable(f"needs a currency such as RUB or USD, and got {shown(currency)}")
    # Babel leaves out the space of CLDR between letters and digits: RUB12.50.
    return _TOGETHER.sub("\u00a0", format_currency(exact(value), code, locale=locale_of(context.language)))


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def _number(context: Context, escape: Escaper, value: Any, digits: Any = None) -> str:
    """With the separators of the language; `digits` behind the comma, or as many as there are."""
    from babel.numbers import format_decimal

    number, locale = exact(value), locale_of(context.language)
    with localcontext(prec=ENOUGH_DIGITS):
        if digits is None:
            return format_decimal(number, locale=locale, decimal_quantization=False)
        places = _digits(digits)
        pattern = f"#,##0.{'0' * places}" if places else "#,##0"
        return format_decimal(_rounded(number, places, ROUND_HALF_UP), format=pattern, locale=locale)


def _round(context: Context, escape: Escaper, value: Any, digits: Any = 0, method: Any = "common") -> Number:
    """Half is rounded up, as people do it. Without digits it is a whole number."""
    if method not in METHODS:
        raise Unusable(f"needs one of {', '.join(METHODS)}, and got {shown(method)}")
    places = _digits(digits)
    rounded = _rounded(exact(value), places, METHODS[method])
    return rounded if places else int(rounded)


def _rounded(number: Decimal, places: int, method: str) -> Decimal:
    with localcontext(prec=ENOUGH_DIGITS):
        return number.quantize(Decimal(1).scaleb(-places), method)


def _digits(digits: Any) -> int:
    if type(digits) is not int or not 0 <= digits <= MOST_DIGITS:
        raise Unusable(f"needs 0 to {MOST_DIGITS} digits, and got {shown(digits)}")
    return int(digits)


def _int(context: Context, escape: Escaper, value: Any, default: Any = None) -> Any:
    return _converted(value, int, default)


def _float(context: Context, escape: Escaper, value: Any, default: Any = None) -> Any:
    return _converted(value, float, default)


def _converted(value: Any, kind: Callable[[Number], Number], default: Any) -> Any:
    try:
        return kind(number_of(value))
    except Unusable:
        if default is None:
            raise
        return default


def _abs(context: Context, escape: Escaper, value: Any) -> Number:
    number = number_of(value)
    return -number if number < 0 else number


def _plural(context: Context, escape: Escaper, value: Any, *forms: Any) -> str:
    """The form of a word that goes with a number."""
    number = abs(exact(value))
    words = [text_of(form) for form in forms]
    language = context.language or _BY_FORMS.get(len(words))
    if language is None:
        raise Unusable(f"got {len(words)} forms and no language: English has 2, Russian has 3")
    return words[_place_of(language, len(words), number)]


_BY_FORMS = {2: "en", 3: "ru"}


def _place_of(language: str, count: int, number: Decimal) -> int:
    categories = _categories(language)
    whole = [name for name in categories if name in _of_whole_numbers(language)]
    # 1.0 is written "1", so its form is that of 1.
    category = str(locale_of(language).plural_form(int(number) if number == int(number) else number))
    if count == len(categories):
        return categories.index(category)
    if count == len(whole):
        # What only fractions have is left out: in Slavic languages "few" comes near it, elsewhere "other".
        return whole.index(category if category in whole else "few" if "few" in whole else whole[-1])
    raise Unusable(f"needs {len(whole)} forms in {language} ({', '.join(whole)}), and got {count}")


@lru_cache(maxsize=64)
def _categories(language: str) -> Sequence[str]:
    """The plural categories of a language, in the order of CLDR."""
    found = locale_of(language).plural_form.tags | {"other"}
    return [name for name in ("zero", "one", "two", "few", "many", "other") if name in found]


@lru_cache(maxsize=64)
def _of_whole_numbers(language: str) -> frozenset[str]:
    form = locale_of(language).plural_form
    return frozenset(str(form(number)) for number in range(201))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "money": _money,
    "number": _number,
    "round": _round,
    "int": _int,
    "float": _float,
    "abs": _abs,
    "plural": _plural,
}
