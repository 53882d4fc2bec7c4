"""A report as HTML for mail programs: tables and inline styles, nothing loaded from outside."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from notifyhub.reports import words
from notifyhub.reports.chart import HEIGHT, WIDTH
from notifyhub.reports.figures import Counts, Figures, MailingFigures
from notifyhub.reports.look import COLOURS, INK, LINE, PAPER, SOFT, number

FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_CELL = f"padding:6px 8px;border-bottom:1px solid {LINE};font-size:14px"
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7"><tr>
<td align="center" style="padding:24px 8px">
<table role="presentation" width="688" cellpadding="0" cellspacing="0"
 style="width:100%;max-width:688px;background:{paper};border:1px solid {line};border-radius:8px"><tr>
<td style="padding:24px;{font};color:{ink}">
<div style="font-size:22px;font-weight:600">{title}</div>
<div style="font-size:14px;color:{soft};padding-top:4px">{summary} · {zone}</div>
{body}
</td></tr></table></td></tr></table></body></html>
"""


def html(figures: Figures, picture: str | None) -> str:
    """The page; `picture` is the Content-ID of the chart, if there is one."""
    return _PAGE.format(
        title=escape(words.title(figures)),
        summary=escape(words.summary(figures)),
        zone=escape(figures.zone),
        body="\n".join(_body(figures, picture)),
        font=FONT,
        ink=INK,
        soft=SOFT,
        line=LINE,
        paper=PAPER,
    )


def _body(figures: Figures, picture: str | None) -> list[str]:
    if not figures.accepted and not figures.mailings:
        return [_note(words.NOTHING)]
    parts: list[str] = []
    if figures.accepted:
        if picture is not None:
            parts.append(_picture(picture))
        parts += [_heading(words.OF_THE_DAY), _table({"all": figures.by_outcome, **figures.by_channel})]
    if not figures.mailings:
        return [*parts, _note(words.NO_MAILING)]
    parts.append(_heading(words.OF_MAILINGS))
    parts += [_mailing(mailing, figures) for mailing in figures.mailings]
    return [*parts, _note(words.further(figures))] if words.further(figures) else parts


def _picture(content_id: str) -> str:
    alt = "Deliveries by hour, stacked by outcome; the table below has the figures"
    return (
        f'<img src="cid:{escape(content_id)}" width="{WIDTH // 2}" height="{HEIGHT // 2}" alt="{alt}" '
        f'style="display:block;width:100%;max-width:{WIDTH // 2}px;height:auto;padding-top:16px;border:0">'
    )


def _heading(text: str) -> str:
    return f'<div style="font-size:16px;font-weight:600;padding:24px 0 8px">{escape(text)}</div>'


def _note(text: str) -> str:
    return f'<div style="font-size:14px;color:{SOFT};padding-top:16px">{escape(text)}</div>'


def _table(rows: Mapping[str, Counts]) -> str:
    outcomes = words.used(*rows.values())
    heads = "".join(_right(f"{_dot(outcome)}{outcome}", "th") for outcome in outcomes)
    lines = [f"<tr>{_left('', 'th')}{_right('accepted', 'th')}{heads}</tr>"]
    for name, counts in rows.items():
        cells = "".join(_right(number(counts[outcome])) for outcome in outcomes)
        lines.append(f"<tr>{_left(escape(name))}{_right(number(sum(counts.values())))}{cells}</tr>")
    return (
        f'<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">{"".join(lines)}</table>'
    )


def _mailing(mailing: MailingFigures, figures: Figures) -> str:
    outcomes = " &nbsp; ".join(
        f'<span style="white-space:nowrap">{_dot(name)}{name} <b>{number(mailing.by_outcome[name])}</b></span>'
        for name in words.used(mailing.by_outcome)
    )
    reasons = words.of_reasons(mailing)
    small = f"font-size:13px;color:{SOFT}"
    return (
        f'<div style="border-top:1px solid {LINE};padding:12px 0">'
        f'<div style="font-size:15px;font-weight:600;overflow-wrap:anywhere">{escape(mailing.name)} '
        f'<span style="color:{SOFT};font-weight:400">#{mailing.id}</span></div>'
        f'<div style="{small};padding:2px 0 6px">{escape(words.period(mailing, figures))} · '
        f"{escape(words.of_audience(mailing))}</div>"
        f'<div style="font-size:14px">{outcomes}</div>'
        + (f'<div style="{small};padding-top:4px">{escape(reasons)}</div>' if reasons else "")
        + "</div>"
    )


def _dot(outcome: str) -> str:
    style = f"display:inline-block;width:9px;height:9px;border-radius:2px;background:{COLOURS[outcome]}"
    return f'<span style="{style}"></span>&nbsp;'


def _left(text: str, tag: str = "td") -> str:
    return f'<{tag} align="left" style="{_CELL}">{text}</{tag}>'


def _right(text: str, tag: str = "td") -> str:
    weight = f";font-weight:400;color:{SOFT};white-space:nowrap" if tag == "th" else ""
    return f'<{tag} align="right" style="{_CELL}{weight}">{text}</{tag}>'
