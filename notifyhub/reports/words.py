"""What the text and the HTML of a report both say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notifyhub.reports.figures import OUTCOMES, Counts, Figures, MailingFigures
from notifyhub.reports.look import number

NOTHING = "No mailing was in progress on this day, and nothing was accepted."
NO_MAILING = "No mailing was in progress on this day."
OF_THE_DAY = "Accepted on this day, by mailings and as single messages"
OF_MAILINGS = "Mailings in progress on this day, with all that they have done so far"


def title(figures: Figures) -> str:
    """Friday, 27 November 2026"""
    return f"{figures.day.date:%A}, {figures.day.date.day} {figures.day.date:%B %Y}"


def subject(figures: Figures) -> str:
    """The subject line: what matters, without opening the mail."""
    failed = figures.by_outcome["failed"]
    told = f"{number(figures.accepted)} accepted" + (f", {number(failed)} failed" if failed else "")
    return f"Report of {figures.day.date.isoformat()}: {_mailings(figures.in_progress)}, {told}"


def summary(figures: Figures) -> str:
    return f"{_mailings(figures.in_progress)} · {number(figures.accepted)} deliveries accepted"


def used(*counts: Counts) -> Sequence[str]:
    """The outcomes that any of these have, in the usual order."""
    return [outcome for outcome in OUTCOMES if any(some[outcome] for some in counts)]


def period(mailing: MailingFigures, figures: Figures) -> str:
    """`running since 09:00`, or `finished, 26 Nov 09:00 to 11:30`"""
    began, ended = mailing.started_at, mailing.ended_at
    start = f"{began:%H:%M}" if began.date() == figures.day.date else f"{began.day} {began:%b %H:%M}"
    if ended is None:
        return f"{mailing.status} since {start}"
    end = f"{ended:%H:%M}" if ended.date() == figures.day.date else f"{ended.day} {ended:%b %H:%M}"
    return f"{mailing.status}, {start} to {end}"


def of_audience(mailing: MailingFigures) -> str:
    """Who was matched, and why not everybody was written to."""
    left_out: Mapping[str, int] = {
        "duplicates": mailing.duplicates,
        "unreachable": mailing.unreachable,
        "opted out": mailing.opted_out,
    }
    parts = [f"{number(mailing.matched)} clients matched", f"{number(mailing.accepted)} deliveries accepted"]
    return ", ".join(parts + [f"{number(count)} {name}" for name, count in left_out.items() if count])


def of_reasons(mailing: MailingFigures) -> str:
    """`recipient_blocked 12, exhausted 3`, or nothing."""
    return ", ".join(f"{reason} {number(count)}" for reason, count in mailing.reasons.items())


def further(figures: Figures) -> str:
    """What is said of mailings beyond those that are told of."""
    more = figures.in_progress - len(figures.mailings)
    return f"and {number(more)} more" if more > 0 else ""


def _mailings(count: int) -> str:
    return f"{number(count)} mailing{'' if count == 1 else 's'}"
