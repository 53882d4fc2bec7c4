"""A hub for tests: it checks and answers as a real one, refuses duplicates, and sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from notifyhub import answers
from notifyhub.domain.addresses import canonical
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.fake.verbs import MOST_RECIPIENTS, FakeSend, FakeVerbs
from notifyhub.verbs import Messaging, Sends, both

NOT_HERE = (
    "Hub.fake() has no {name!r}: it only shows what would be sent. Test this with a real hub that sends to the "
    "emulator: Hub(data_dir=tmp_path, emulator_url=notifyhub_emulator.url), with the pytest fixture notifyhub_emulator"
)


class FakeHub:
    """In memory only. Deferred messages stay `scheduled`, all others are `sent` at once.

    It has no clients, mailings, statistics, keys and retries: who uses them is told what to test with instead.
    """

    def __init__(self, *, max_recipients: int = MOST_RECIPIENTS, default_region: str = DEFAULT_REGION) -> None:
        self._region = default_region
        self._verbs = FakeVerbs(max_recipients, default_region)

    @property
    def sent(self) -> list[FakeSend]:
        """All accepted sends without duplicates, in the order of the calls."""
        return self._verbs.sent

    # -- the verbs of a hub

    send, asend = both(Sends.send)
    message, amessage = both(FakeVerbs.message)
    messages, amessages = both(FakeVerbs.messages)
    delivery, adelivery = both(FakeVerbs.delivery)
    wait, await_ = both(FakeVerbs.wait)
    cancel, acancel = both(FakeVerbs.cancel)

    def submit(self, asked: bytes | Mapping[str, Any]) -> Future[answers.Message]:
        """Like `Hub.submit`; the future is already done. Raises InvalidRequest."""
        done: Future[answers.Message] = Future()
        done.set_result(self._verbs.take(asked))
        return done

    def open(self) -> Self:
        """Nothing to open."""
        return self

    def close(self, finish_due_s: float = 0.0) -> None:
        """Nothing to close: `sent` remains available."""

    async def aclose(self, finish_due_s: float = 0.0) -> None:
        """Nothing to close."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    if not TYPE_CHECKING:
        # Type checkers are to go on complaining of these names.

        def __getattr__(self, name: str) -> NoReturn:
            known = hasattr(Messaging, name) or name in Messaging.__annotations__
            usual = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(NOT_HERE.format(name=name) if known and not name.startswith("_") else usual)

    # -- for tests

    def assert_sent(
        self,
        text: str | None = None,
        *,
        to: Mapping[str, str | int] | None = None,
        containing: str | None = None,
        times: int | None = None,
    ) -> list[FakeSend]:
        """Raises AssertionError unless such a text was sent (`times` times, if given). Returns the matching sends.

        text        the complete text
        containing  a part of the text
        to          addresses by channel, as in `send`: one of them must match
        """
        wanted = (
            None if to is None else {(name, canonical(name, address, self._region)) for name, address in to.items()}
        )
        found = [
            one
            for one in self.sent
            if (text is None or one.text == text)
            and (containing is None or containing in one.text)
            and (wanted is None or (one.channel, one.address) in wanted)
        ]
        if (not found) if times is None else (len(found) != times):
            many = "not sent" if times is None else f"sent {len(found)} times, not {times}"
            raise AssertionError(f"{many}; {self._told()}")
        return found

    def assert_nothing_sent(self) -> None:
        """Raises AssertionError if anything was sent."""
        if self.sent:
            raise AssertionError(self._told())

    def _told(self) -> str:
        shown = ", ".join(f"{one.text!r} to {one.channel} {one.address}" for one in self.sent[:10])
        return f"sent was {shown or 'nothing'}" + (f" and {len(self.sent) - 10} more" if len(self.sent) > 10 else "")
