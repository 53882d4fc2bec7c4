"""Every metric there is, in one table. docs/metrics.md shows it.

Names and units follow https://prometheus.io/docs/practices/naming/. Labels have few values: no label ever holds an
address, a key, an id or a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QUICK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Buckets of what takes milliseconds if all is well."""
LONG_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
"""Buckets of what may wait: for a retry, a limit or a window."""


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """labels   names of its labels
    of       process: counted where it happens, and added up over processes; store: read when it is asked for, the same
             from every process; process figure: of each process, by its role
    buckets  upper bounds of a histogram
    merge    how the values of several processes become one
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    of: Literal["process", "store", "process figure"] = "process"
    buckets: tuple[float, ...] = ()
    merge: Literal["sum", "max"] = "sum"


ACCEPTED = Metric(
    "notifyhub_deliveries_accepted_total",
    "counter",
    "Deliveries that were stored; origin: message, or mailing (also for those that its audience brings later).",
    ("channel", "origin"),
)
DUPLICATES = Metric(
    "notifyhub_duplicates_total",
    "counter",
    "Recipients of messages who were left out, because another delivery has the same content for them.",
    ("channel",),
)
SENT = Metric("notifyhub_deliveries_sent_total", "counter", "Deliveries that their messenger accepted.", ("channel",))
FAILED = Metric(
    "notifyhub_deliveries_failed_total",
    "counter",
    "Deliveries that failed: after a call, by a receipt, or before any call, because of what is known of the address. "
    "The reasons of plugins' providers count as other.",
    ("channel", "reason"),
)
EXPIRED = Metric("notifyhub_deliveries_expired_total", "counter", "Deliveries whose time was over.", ("channel",))
CANCELLED = Metric("notifyhub_deliveries_cancelled_total", "counter", "Deliveries that were cancelled.", ("channel",))
SUPERSEDED = Metric(
    "notifyhub_deliveries_superseded_total",
    "counter",
    "Steps of chains that gave way to the next one without a receipt in time, or because of one.",
    ("channel",),
)
UNCONFIRMED = Metric(
    "notifyhub_deliveries_unconfirmed_total",
    "counter",
    "Deliveries that ended without anybody knowing whether they arrived.",
    ("channel",),
)
ATTEMPTS = Metric(
    "notifyhub_attempts_total",
    "counter",
    "Calls to messengers; outcome: sent, temporary_failure, permanent_failure, misconfigured or unconfirmed; code: the "
    "class of the messenger's code, such as 4xx, or our own word for calls without an answer.",
    ("channel", "sender", "outcome", "code"),
)
PUT_OFF = Metric(
    "notifyhub_deliveries_put_off_total",
    "counter",
    "Times that a delivery whose turn it was had to wait; reason: limit (a rate limit), or held (its account rests, "
    "or its send window is closed).",
    ("channel", "reason"),
)
SEND = Metric(
    "notifyhub_send_duration_seconds",
    "histogram",
    "Duration of calls to messengers.",
    ("channel",),
    buckets=QUICK_S,
)
LATENESS = Metric(
    "notifyhub_lateness_seconds",
    "histogram",
    "How long after its time a call began: of a new message, a retry, or a place that a limit gave.",
    ("channel",),
    buckets=LONG_S,
)
END_TO_END = Metric(
    "notifyhub_end_to_end_duration_seconds",
    "histogram",
    "From acceptance, or the wanted time if that was later, until the messenger accepted it; with all retries.",
    ("channel",),
    buckets=LONG_S,
)
RECEIPTS = Metric(
    "notifyhub_receipts_total",
    "counter",
    "Receipts of messengers about known deliveries; kind: sent, delivered, read or failed.",
    ("channel", "kind"),
)
REQUESTS = Metric(
    "notifyhub_http_requests_total",
    "counter",
    "Answered requests to the API; path as the documentation writes it.",
    ("method", "path", "status"),
)
REQUEST_DURATION = Metric(
    "notifyhub_http_request_duration_seconds",
    "histogram",
    "Duration of requests to the API, to the end of the answer.",
    ("method", "path"),
    buckets=QUICK_S,
)
WEBHOOK_POSTS = Metric(
    "notifyhub_webhook_posts_total",
    "counter",
    "Posts of events to webhook endpoints; result: posted, waiting (it is repeated later), or dead (it is given up).",
    ("result",),
)
SWEEPS = Metric("notifyhub_sweeps_total", "counter", "Runs of sweeps; result: done or failed.", ("sweep", "result"))
SWEEP_DURATION = Metric(
    "notifyhub_sweep_duration_seconds", "histogram", "Duration of sweeps.", ("sweep",), buckets=QUICK_S
)
COMMITS = Metric(
    "notifyhub_store_commit_duration_seconds",
    "histogram",
    "Duration of transactions that write to the store, with their commit.",
    buckets=QUICK_S,
)
COMMITS_FAILED = Metric("notifyhub_store_commits_failed_total", "counter", "Transactions that were rolled back.")

STORE_UP = Metric(
    "notifyhub_store_up",
    "gauge",
    "1 if the store answered in time; 0: the figures of the store are absent.",
    of="store",
)
BROKER_UP = Metric("notifyhub_broker_up", "gauge", "1 if the broker answered in time.", of="store")
OPEN_DELIVERIES = Metric(
    "notifyhub_deliveries",
    "gauge",
    "Deliveries that have not ended; status: scheduled (due or later), sending, or unconfirmed (a person decides).",
    ("channel", "status"),
    of="store",
)
QUEUE_AGE = Metric(
    "notifyhub_queue_age_seconds",
    "gauge",
    "How long the delivery that is due longest has been due; 0: none is due. Those of paused mailings do not count.",
    ("channel",),
    of="store",
)
BREAKER = Metric(
    "notifyhub_breaker_state",
    "gauge",
    "1 for the state of an account's circuit breaker, 0 for the others; state: closed, half_open or open. Channels "
    "that lead to fixed addresses show their worst.",
    ("channel", "sender", "state"),
    of="store",
)
LIMIT = Metric(
    "notifyhub_sender_limit_messages_per_second",
    "gauge",
    "Rate limit of an account now, slowed down if its messenger refused more; absent: none.",
    ("channel", "sender"),
    of="store",
)
PAUSED = Metric(
    "notifyhub_sender_paused_seconds",
    "gauge",
    "How long an account will still pause, because it was refused as too fast.",
    ("channel", "sender"),
    of="store",
)
INBOUND_AGE = Metric(
    "notifyhub_inbound_post_age_seconds",
    "gauge",
    "How long the oldest post to NOTIFYHUB_INBOUND_URL has been waiting; 0: none waits.",
    of="store",
)
WEBHOOK_FAILING = Metric(
    "notifyhub_webhook_failing_seconds",
    "gauge",
    "How long the enabled webhook endpoint that fails longest has been failing; 0: none does.",
    of="store",
)

PROCESSES = Metric("notifyhub_processes", "gauge", "Live processes.", ("role",), of="process figure")
CPU = Metric("notifyhub_process_cpu_seconds_total", "counter", "Processor time.", ("role",), of="process figure")
MEMORY = Metric(
    "notifyhub_process_resident_memory_bytes", "gauge", "Resident memory (Linux).", ("role",), of="process figure"
)
FILES = Metric("notifyhub_process_open_fds", "gauge", "Open file descriptors (Linux).", ("role",), of="process figure")
THREADS = Metric("notifyhub_process_threads", "gauge", "Threads.", ("role",), of="process figure")
STARTED = Metric(
    "notifyhub_process_start_time_seconds",
    "gauge",
    "When the newest of these processes started, in seconds since 1970.",
    ("role",),
    of="process figure",
    merge="max",
)
BUILD = Metric(
    "notifyhub_build_info",
    "gauge",
    "Always 1; version: that of notifyhub.",
    ("version",),
    "process figure",
    merge="max",
)

METRICS: tuple[Metric, ...] = tuple(one for one in list(vars().values()) if isinstance(one, Metric))
"""All of them, in this order."""
BY_NAME = {one.name: one for one in METRICS}
