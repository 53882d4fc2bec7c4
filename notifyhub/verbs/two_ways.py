"""One coroutine, called in two ways: awaited in an event loop, or run to its end on a thread that blocks.

So a verb is written once. Its body waits for the futures of other threads by `result_of`, and for nothing else: in an
event loop that suspends the task, in a blocking call it blocks the thread, and the coroutine never suspends.
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
    """Was the running verb called by somebody who blocks?"""
    return _here.blocking


async def result_of(future: Future[R]) -> R:
    """What another thread is working on. Raises what it failed with."""
    if _here.blocking:
        return future.result()
    return await _bridge().wait(future)


def _bridge() -> Bridge:
    """That to the running event loop."""
    loop = asyncio.get_running_loop()
    if _here.bridge is None or _here.bridge.loop is not loop:
        _here.bridge = Bridge(loop)
    return _here.bridge


async def within(future: Future[Any], seconds: float) -> bool:
    """Is a future done, at the latest after `seconds`? Its result is not looked at."""
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
    """Do something that blocks: here, or on a thread where an event loop must not be held up."""
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
    """A verb as the two methods of a face: one that blocks and one to await. The face keeps the verbs in `_verbs`."""
    name = verb.__name__

    @wraps(verb)
    def blocking(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = run(getattr(self._verbs, name)(*args, **kwargs))
        return result

    return blocking, awaited(verb)


def awaited(verb: Verb[P, R]) -> Verb[P, R]:
    """A verb as the method of a face, to await."""
    name = verb.__name__

    @wraps(verb)
    async def awaiting(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = await getattr(self._verbs, name)(*args, **kwargs)
        return result

    return awaiting
