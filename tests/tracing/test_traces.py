"""A trace from the request that brings a message to each call to its messenger, over the wire and the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider

from notifyhub import Hub, tracing
from notifyhub.errors import SettingsError
from notifyhub_api.app import make_app
from tests.api.conftest import Api
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.listener import Listener, listening
from tests.packages import cli
from tests.serving import running

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CALLER_WITHOUT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
PERSON = {"telegram": "1067000"}


@pytest.fixture
def collector() -> Iterator[Listener]:
    with listening() as listener:
        yield listener
        tracing.end()


@pytest.fixture
def traced(make_hub: HubMaker, collector: Listener) -> Callable[..., Hub]:
    def make(**given: Any) -> Hub:
        return make_hub(traces_url=f"http://127.0.0.1:{collector.port}", **given)

    return make


def spans(collector: Listener, *names: str) -> list[Any]:
    """The only span of each of these names."""
    tracing.flush()
    found: dict[str, list[Any]] = {}
    for posted in collector.so_far:
        assert posted.path == "/v1/traces"
        for of_resource in ExportTraceServiceRequest.FromString(posted.body).resource_spans:
            for scope in of_resource.scope_spans:
                for span in scope.spans:
                    found.setdefault(span.name, []).append(span)
    assert {name: len(found.get(name, ())) for name in names} == dict.fromkeys(names, 1)
    return [found[name][0] for name in names]


def facts(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_post_and_its_call_are_one_trace_of_the_caller(
    traced: Callable[..., Hub], collector: Listener, database_url: str
) -> None:
    hub = traced(database_url=database_url)
    with running(make_app(hub)) as port:
        api = Api(hub, port)
        reply = api.post("/api/v1/messages", {"text": "Very private", "recipients": [PERSON]}, traceparent=CALLER)
        message = hub.wait(reply.json["id"], timeout_s=20)

    request, accepted, call = spans(collector, "POST /api/v1/messages", "accept message", "send telegram")

    assert {span.trace_id.hex() for span in (request, accepted, call)} == {CALLER.split("-")[1]}
    assert request.parent_span_id.hex() == CALLER.split("-")[2]
    assert accepted.parent_span_id == request.span_id
    assert call.parent_span_id == accepted.span_id
    assert call.start_time_unix_nano <= call.end_time_unix_nano
    delivery = (message.deliveries or [])[0]
    assert facts(call) == {
        "notifyhub.channel": "telegram",
        "notifyhub.sender": 0,
        "notifyhub.message_id": str(message.id),
        "notifyhub.delivery_id": delivery.id,
        "notifyhub.attempt": 1,
        "notifyhub.outcome": "sent",
        "notifyhub.code": "2xx",
        "notifyhub.status": "sent",
    }


def test_no_span_says_to_whom_or_what(traced: Callable[..., Hub], collector: Listener) -> None:
    hub = traced()
    options = {"telegram": {"parse_mode": "HTML"}}

    hub.wait(hub.send("Very private", to=PERSON, options=options), timeout_s=20)

    spans(collector, "send telegram")
    everything = b"".join(posted.body for posted in collector.so_far)
    assert b"1067000" not in everything
    assert b"private" not in everything
    assert b"HTML" not in everything


def test_each_attempt_is_a_span_and_one_that_failed_says_so(
    traced: Callable[..., Hub], collector: Listener, emulator: RunningEmulator
) -> None:
    hub = traced()
    emulator.script("telegram", "1067000", "500")

    hub.wait(hub.send("Hello", to=PERSON), timeout_s=20)

    tracing.flush()
    calls = [
        span
        for posted in collector.so_far
        for of_resource in ExportTraceServiceRequest.FromString(posted.body).resource_spans
        for scope in of_resource.scope_spans
        for span in scope.spans
        if span.name == "send telegram"
    ]
    assert [facts(span)["notifyhub.outcome"] for span in calls] == ["temporary_failure", "sent"]
    assert [span.status.code for span in calls] == [2, 0]


def test_a_program_that_traces_itself_has_its_messages_in_its_own_trace(
    traced: Callable[..., Hub], collector: Listener
) -> None:
    hub = traced()
    with TracerProvider().get_tracer("shop").start_as_current_span("order") as order:
        hub.wait(hub.send("Hello", to=PERSON), timeout_s=20)

    (call,) = spans(collector, "send telegram")

    assert int.from_bytes(call.trace_id) == order.get_span_context().trace_id
    assert not trace.get_current_span().get_span_context().is_valid


def test_texts_made_from_a_template_keep_the_trace(
    traced: Callable[..., Hub], collector: Listener, database_url: str
) -> None:
    hub = traced(database_url=database_url)
    hub.templates.set("hello", "Hello {{ name }}")
    to = [{**PERSON}, {"telegram": "42"}]

    hub.wait(hub.send(template="hello", variables={"name": "Ann"}, to=to[0]), timeout_s=20)

    spans(collector, "send telegram")


def test_options_are_shown_as_they_were_given(traced: Callable[..., Hub], database_url: str) -> None:
    hub = traced(database_url=database_url)

    plain = hub.send("Hello", to=PERSON)
    given = hub.send("<b>Hello</b>", to=PERSON, options={"telegram": {"parse_mode": "HTML"}})

    assert hub.message(plain.id).options is None
    assert hub.message(given.id).options == {"telegram": {"parse_mode": "HTML"}}
    assert hub.wait(given, timeout_s=20).status == "sent"


@pytest.mark.parametrize("parent", ["", CALLER_WITHOUT])
def test_what_is_not_sampled_is_not_sent(make_hub: HubMaker, collector: Listener, parent: str) -> None:
    ratio = 1 if parent else 0
    hub = make_hub(traces_url=f"http://127.0.0.1:{collector.port}/v1/traces", traces_ratio=ratio)
    with running(make_app(hub)) as port:
        body = {"text": "Hello", "recipients": [PERSON]}
        id_ = Api(hub, port).post("/api/v1/messages", body, traceparent=parent).json["id"]
        hub.wait(id_, timeout_s=20)

    tracing.flush()

    names = {
        span.name
        for posted in collector.so_far
        for of_resource in ExportTraceServiceRequest.FromString(posted.body).resource_spans
        for scope in of_resource.scope_spans
        for span in scope.spans
    }
    assert "send telegram" not in names
    assert "POST /api/v1/messages" not in names


def test_without_opentelemetry_it_says_what_to_install(tmp_path: Any) -> None:
    site = tmp_path / "site"
    (site / "opentelemetry").mkdir(parents=True)
    (site / "opentelemetry" / "__init__.py").write_text("raise ImportError")

    ended = cli(site, "worker", traces_url="http://127.0.0.1:9", log_level="error")

    assert (ended.returncode, ended.stderr) == (
        2,
        "notifyhub: NOTIFYHUB_TRACES_URL needs `pip install notifyhub[otel]`\n",
    )


def test_a_collector_that_is_away_holds_nobody_up(make_hub: HubMaker) -> None:
    hub = make_hub(traces_url="http://127.0.0.1:9")

    assert hub.wait(hub.send("Hello", to=PERSON), timeout_s=20).status == "sent"

    tracing.end()


def test_a_wrong_url_is_refused() -> None:
    from notifyhub.settings import load

    with pytest.raises(SettingsError, match="NOTIFYHUB_TRACES_URL"):
        load(traces_url="collector:4318")
