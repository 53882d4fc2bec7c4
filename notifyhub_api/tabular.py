"""Statistics as JSON or as CSV, as the caller chooses."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.answers import MailingStatistics, Statistics
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.tables.statistics import as_csv
from notifyhub_api.operations import CSV, Parameter
from notifyhub_api.web import answer

FORMATS = ("json", "csv")
FORMAT = Parameter(
    "format",
    "query",
    {"type": "string", "enum": [*FORMATS], "default": FORMATS[0]},
    "csv: a table of `group`, `key`, `status` and `count`, one number a row",
)


def format_of(request: Request) -> str:
    """The format that is asked for, by the parameter or the header Accept. Raises InvalidRequest."""
    accepted = "csv" if CSV in request.headers.get("accept", "") else "json"
    asked = request.query_params.get("format", accepted)
    if asked not in FORMATS:
        raise InvalidRequest([Fault("$.format", "unknown_value", f"must be {' or '.join(FORMATS)}")])
    return asked


def counted_as(format_: str, counted: Statistics | MailingStatistics) -> Response:
    """The statistics in one of FORMATS."""
    if format_ == "csv":
        return Response(as_csv(counted), media_type=CSV)
    return answer(counted)
