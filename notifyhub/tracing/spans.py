"""Spans, made by OpenTelemetry's SDK and sent with OTLP over HTTP in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TIMEOUT_S = 3
MS = 1_000_000
"""Nanoseconds in a millisecond."""
PARENT = "traceparent"

Facts = Mapping[str, str | int]


class Begun(NamedTuple):
    """A request that is being answered, and what ends its place as the current one."""

    span: Span
    token: object


class Spans:
    """Of this process. `place` is what it was made with."""

    def __init__(self, url: str, ratio: float, endpoint: str) -> None:
        self.place = (url, ratio)
        resource = Resource.create({"service.name": "notifyhub"})
        self._provider = TracerProvider(ParentBased(TraceIdRatioBased(ratio)), resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=TIMEOUT_S)))
        self._tracer = self._provider.get_tracer("notifyhub")
        self._context = TraceContextTextMapPropagator()

    def request(self, method: str, parent: str | None) -> Begun:
        """A request begins; `parent` is the caller's traceparent."""
        context = self._context.extract({PARENT: parent} if parent else {}, contexts.Context())
        span = self._tracer.start_span(method, context, SpanKind.SERVER)
        return Begun(span, contexts.attach(trace.set_span_in_context(span, context)))

    def answered(self, begun: Begun, name: str | None, status: int) -> None:
        """It has ended. Without a name it belongs to no operation, and is not sent."""
        contexts.detach(begun.token)  # type: ignore[arg-type]
        if name is None:
            return
        begun.span.update_name(name)
        begun.span.set_attribute("http.response.status_code", status)
        if status >= 500:
            begun.span.set_status(Status(StatusCode.ERROR))
        begun.span.end()

    def accepted(self, message_id: UUID) -> str | None:
        """A message is about to be stored, in the course of the current span if there is one.

        Returns the traceparent for its calls; None if this trace is not sampled.
        """
        facts = {"notifyhub.message_id": str(message_id)}
        with self._tracer.start_as_current_span("accept message", kind=SpanKind.PRODUCER, attributes=facts) as span:
            if not span.get_span_context().trace_flags.sampled:
                return None
            carrier: dict[str, str] = {}
            self._context.inject(carrier)
            return carrier.get(PARENT)

    def called(self, name: str, parent: str, began_at: int, ended_at: int, facts: Facts, *, good: bool) -> None:
        """A call to a messenger that has ended. Moments are epoch ms."""
        context = self._context.extract({PARENT: parent}, contexts.Context())
        span = self._tracer.start_span(name, context, SpanKind.CLIENT, facts, start_time=began_at * MS)
        if not good:
            span.set_status(Status(StatusCode.ERROR))
        span.end(max(began_at, ended_at) * MS)

    def flush(self) -> None:
        self._provider.force_flush(TIMEOUT_S * 1000)

    def end(self) -> None:
        self._provider.shutdown()
