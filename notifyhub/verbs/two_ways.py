"""One coroutine, called in two ways: awaited in an event loop, or run to its end in a blocking call.

So each verb is written once. Its body waits only for futures of other threads, through `result_of`: in an event loop
that suspends the task; in a blocking call it blocks the thread, and the coroutine never suspends.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from notifyhub.verbs.bridge import Bridge

P = ParamSpec("P")
R = TypeVar("R")

Verb = Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]
BlockingVerb = Callable[Concatenate[Any, P], R]


class _Here(threading.local):
    blocking = False
    bridge: Bridge | None = None


_here = _Here()


def is_blocking() -> bool:
    """Was the running verb called by a blocking method?"""
    return _here.blocking


async def result_of(future: Future[R]) -> R:
    """The result of another thread. Raises the exception that it failed with."""
    if _here.blocking:
        return future.result()
    return await _bridge().wait(future)


def _bridge() -> Bridge:
    """The bridge to the running event loop."""
    loop = asyncio.get_running_loop()
    if _here.bridge is None or _here.bridge.loop is not loop:
        _here.bridge = Bridge(loop)
    return _here.bridge


async def within(future: Future[Any], seconds: float) -> bool:
    """Wait for a future for at most `seconds`: is it done? Its result is ignored."""
    if _here.blocking:
        return bool(wait((future,), seconds).done)
    return bool((await asyncio.wait((asyncio.wrap_future(future),), timeout=seconds))[0])


async def pause(seconds: float) -> None:
    """Wait."""
    if _here.blocking:
        time.sleep(seconds)  # noqa: ASYNC251 (nobody awaits here)
    else:
        await asyncio.sleep(seconds)


async def off_the_loop(work: Callable[[], R]) -> R:
    """Do something that blocks: here, or on a thread if called from an event loop."""
    return work() if _here.blocking else await asyncio.to_thread(work)


def run(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a verb to its end on this thread."""
    before, _here.blocking = _here.blocking, True
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: R = end.value
        return result
    finally:
        _here.blocking = before
    coroutine.close()
    raise RuntimeError(f"{coroutine!r} awaited something other than a future of another thread")


def both(verb: Verb[P, R]) -> tuple[BlockingVerb[P, R], Verb[P, R]]:
    """A verb as two methods, one that blocks and one that is awaited. The object has its verbs in `_verbs`."""
    name = verb.__name__

    @wraps(verb)
    def blocking(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = run(getattr(self._verbs, name)(*args, **kwargs))
        return result

    return blocking, awaited(verb)


def awaited(verb: Verb[P, R]) -> Verb[P, R]:
    """A verb as a method that is awaited."""
    name = verb.__name__

    @wraps(verb)
    async def awaiting(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = await getattr(self._verbs, name)(*args, **kwargs)
        return result

    return awaiting
