"""Lengths of time as ISO 8601 text."""

from __future__ import annotations

import re

# Months and years have no fixed length.
PATTERN = (
    r"P(?=[0-9T])(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:\.([0-9]{1,3}))?S)?)?"
)
"""As a regular expression, without its ends."""

_FORM = re.compile(PATTERN)
_UNITS_MS = (604_800_000, 86_400_000, 3_600_000, 60_000, 1_000)


def milliseconds(text: str) -> int | None:
    """`PT10M` in milliseconds; None for a text that is no duration."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    *parts, thousandths = found.groups()
    whole = sum(int(part or 0) * unit for part, unit in zip(parts, _UNITS_MS, strict=True))
    return whole + int((thousandths or "").ljust(3, "0"))


def as_text(length_ms: int) -> str:
    """Milliseconds as a duration: 600,000 is `PT10M`."""
    if length_ms < 0:
        return f"-{as_text(-length_ms)}"
    days, rest = divmod(length_ms, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
    clock += f"{seconds}S" if rest else ""
    date = f"{days}D" if days else ""
    return f"P{date}T{clock}" if clock else f"P{date}" if date else "PT0S"
