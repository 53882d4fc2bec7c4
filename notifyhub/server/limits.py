"""Limits for clients: slow requests, endless heads, too many connections."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from notifyhub.server import problems
from notifyhub.server.corked import Corked
from notifyhub.server.draining import Draining
from notifyhub.server.heads import fault_of

HEAD_BYTES = 65_536
LINGER_S = 1.0
# So many at once are told why they are turned away; the rest are only closed.
TOLD_AT_ONCE = 256
RETRY_AFTER_S = 1
NO_TYPES: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a complete head, seconds without progress of a body, and number of open connections."""

    head_s: float = 10.0
    body_s: float = 60.0
    connections: int = 4096


def limited(
    limits: Limits, types: Mapping[int, str] = NO_TYPES, draining: Draining | None = None
) -> type[asyncio.Protocol]:
    """uvicorn's protocol with these limits, for one server: `uvicorn.Config(http=…)`.

    types     the `type` of the problem documents by their status
    draining  that of a `DrainingServer`
    """
    members = {"limits": limits, "types": types, "turned_away": set(), "draining": draining or Draining()}
    return type("LimitedProtocol", (LimitedProtocol,), members)


class Part(NamedTuple):
    """A part of a request that the client has not sent yet."""

    within_s: float
    complaint: str


class Flow(FlowControl):
    """Remembers when reading was last resumed."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(transport)
        self._loop = loop
        self.let_on_at = loop.time()

    def resume_reading(self) -> None:
        # Each `receive` of an application comes by here, also that which asks a client for the body it announced.
        self.let_on_at = self._loop.time()
        super().resume_reading()


class LimitedProtocol(HttpToolsProtocol):
    """One connection.

    A request that arrives in one piece sets no timer. Otherwise there is one for the connection: it is not moved on
    progress, but checks when it fires whether the time is really up.
    """

    limits: ClassVar[Limits]
    types: ClassVar[Mapping[int, str]]
    turned_away: ClassVar[set[LimitedProtocol]]
    draining: ClassVar[Draining]
    flow: Flow

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = Part(
            self.limits.head_s, f"the head of the request was not complete after {self.limits.head_s:g} s"
        )
        self._body = Part(self.limits.body_s, f"no more of the body arrived for {self.limits.body_s:g} s")
        self._owed: Part | None = None
        self._owed_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf
        # Has the parser got anywhere with the piece that came last: to the end of a head, or to content of a body?
        self._got_on = False
        # Bytes that came since it last did: of a head, a chunk's extension, a trailer, or blank lines.
        self._unfinished = 0
        self._done_headers: object = None
        self._head_too_large = False
        self._fault: str | None = None
        self._refused = False

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, Corked(transport, self.loop)))
        self.flow = Flow(transport, self.loop)
        self._owe(self._head)
        if len(self.connections) - len(self.turned_away) > self.limits.connections:
            self._turn_away()
        else:
            self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_timer()
        self.turned_away.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unfinished += len(data)
        super().data_received(data)
        if self._got_on:
            self._got_on = False
            self._unfinished = 0
            if self._owed is None and not self._has_begun_a_head():
                return  # the usual case: a request in one piece
            self._owed_since = self.loop.time()
        self._wait_for_the_rest()

    def _wait_for_the_rest(self) -> None:
        if self._unfinished > HEAD_BYTES:
            self._refuse_head()
        if self._refused:
            return
        if self._owed is None:
            self._owe(self._head)  # which blank lines before it are the beginning of
        self._set_timer()

    def _has_begun_a_head(self) -> bool:
        """uvicorn creates a new list of headers at the first byte of a request."""
        return self.headers is not self._done_headers

    def send_400_response(self, msg: str) -> None:
        """uvicorn calls this when its parser fails; we also use it to stop."""
        if self._head_too_large:
            self._refuse_head()
        else:
            self._refuse(400, f"this is not valid HTTP: {self._fault or _reason_of_the_parser()}")

    # What the parser finds

    def on_headers_complete(self) -> None:
        # Adding it up is only worth it where so much came at all.
        if self._unfinished > HEAD_BYTES and self._head_bytes() > HEAD_BYTES:
            self._head_too_large = True
            raise ValueError("the head is too large")
        self._fault = fault_of(self.parser.get_http_version(), self.headers)
        if self._fault is not None:
            raise ValueError(self._fault)
        super().on_headers_complete()
        if self.draining.begun and self.cycle is not None:
            self.cycle.keep_alive = False
        self._done_headers = self.headers
        self._owed = self._body
        self._got_on = True

    def on_body(self, body: bytes) -> None:
        self._got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._got_on = True
        self._owed = None
        super().on_message_complete()

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    # What is owed, and for how long

    def _owe(self, part: Part) -> None:
        self._owed = part
        self._owed_since = self.loop.time()

    def _due(self, part: Part) -> float:
        return max(self._owed_since, self.flow.let_on_at) + part.within_s

    def _set_timer(self) -> None:
        due = inf if self._owed is None else self._due(self._owed)
        if due < self._timer_at:
            self._call_at(due)

    def _call_at(self, moment: float) -> None:
        self._unset_timer()
        self._timer_at = moment
        self._timer = self.loop.call_at(moment, self._look)

    def _unset_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, inf

    def _look(self) -> None:
        self._timer, self._timer_at = None, inf
        if self._refused:
            self.transport.abort()
        elif self._owed is not None and not self.transport.is_closing():
            self._judge(self._owed)

    def _judge(self, part: Part) -> None:
        if self._not_the_clients_turn():
            self._owed_since = self.loop.time()
        if self.loop.time() < self._due(part):
            self._set_timer()
        else:
            self._refuse(408, part.complaint)

    def _not_the_clients_turn(self) -> bool:
        """Are we the ones who delay? By not reading, not asking for an announced body, or still answering."""
        if self.flow.read_paused:
            return True
        answering = self.cycle is not None and not self.cycle.response_complete
        return answering and (self._owed is not self._body or self.cycle.waiting_for_100_continue)

    # Refusing

    def _turn_away(self) -> None:
        if len(self.turned_away) >= TOLD_AT_ONCE:
            self.transport.abort()
            return
        self.turned_away.add(self)
        self._refuse(503, "too many connections are open", (b"retry-after", b"%d" % RETRY_AFTER_S))

    def _refuse_head(self) -> None:
        self._refuse(431, f"the head of a request may have up to {HEAD_BYTES} bytes")

    def _refuse(self, status: int, detail: str, *headers: tuple[bytes, bytes]) -> None:
        """Answer, if the client would still take it as the answer to this request, and end the connection.

        What the client is still sending is read and discarded for a moment: closing with unread bytes causes a reset,
        which may destroy the answer.
        """
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._unset_keepalive_if_required()
        answers = self._can_answer()
        self._tell_the_application()
        if not answers:
            self.transport.close()
            return
        self.transport.write(self._answer(status, self._document(status, detail), headers))
        self.flow.resume_reading()
        self.transport.write_eof()
        self._call_at(self.loop.time() + LINGER_S)

    def _document(self, status: int, detail: str) -> bytes:
        return problems.document(status, detail, self.types.get(status, problems.NO_TYPE))

    def _can_answer(self) -> bool:
        if self.cycle is None:
            return True
        return not self.cycle.response_started if self._owed is self._body else self.cycle.response_complete

    def _tell_the_application(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _answer(self, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
        told = [
            *self.server_state.default_headers,
            (b"content-type", problems.MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *headers,
        ]
        return b"".join([STATUS_LINE[status], *(b"%b: %b\r\n" % header for header in told), b"\r\n", body])


def _reason_of_the_parser() -> str:
    """Why the parser has failed; uvicorn calls us while it handles that error."""
    return str(sys.exc_info()[1] or "it cannot be read").rstrip(".")
