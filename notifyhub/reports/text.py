"""A report as plain text, which is what `notifyhub report --print` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notifyhub.reports import words
from notifyhub.reports.figures import Counts, Figures, MailingFigures
from notifyhub.reports.look import number


def text(figures: Figures) -> str:
    """Lines of at most some 100 characters, tables with columns aligned."""
    parts = [f"{words.title(figures)} ({figures.zone})\n{words.summary(figures)}"]
    if not figures.accepted and not figures.mailings:
        return "\n\n".join([*parts, words.NOTHING]) + "\n"
    if figures.accepted:
        hours = {f"{hour.begins:%H:%M}": hour.by_outcome for hour in figures.hours if sum(hour.by_outcome.values())}
        parts.append(f"{words.OF_THE_DAY}\n\n{_table('', {'all': figures.by_outcome, **figures.by_channel})}")
        parts.append(_table("hour", hours))
    parts.append(f"{words.OF_MAILINGS}\n" if figures.mailings else words.NO_MAILING)
    parts += [_mailing(mailing, figures) for mailing in figures.mailings]
    return "\n\n".join(part.rstrip() for part in [*parts, words.further(figures)] if part) + "\n"


def _mailing(mailing: MailingFigures, figures: Figures) -> str:
    outcomes = ", ".join(f"{name} {number(mailing.by_outcome[name])}" for name in words.used(mailing.by_outcome))
    lines = [
        f"{mailing.name} (#{mailing.id}): {words.period(mailing, figures)}",
        words.of_audience(mailing),
        outcomes,
        words.of_reasons(mailing),
    ]
    return "\n  ".join(line for line in lines if line)


def _table(head: str, rows: Mapping[str, Counts]) -> str:
    """One line for each row, with the outcomes that any of them has."""
    outcomes = words.used(*rows.values())
    cells = [[head, "accepted", *outcomes]]
    for name, counts in rows.items():
        cells.append([name, number(sum(counts.values())), *(number(counts[outcome]) for outcome in outcomes)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(_line(row, widths) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = row
    numbers = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *numbers])
