"""Sends through the package apprise, to more than a hundred services. Imported only if it is installed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import local
from time import monotonic
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, NotifyBase

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy
from notifyhub.providers.apprise_words import Words, refusal
from notifyhub.providers.base import DETAIL_LIMIT, MASK
from notifyhub.providers.http import SHORTEST_S

_LOUD = ("apprise", "urllib3.connectionpool")
_here = local()
_PART = re.compile(r"[^:/?#@&=,\s]{4,}")


class AppriseProvider:
    """Calls block, so each has a thread; a call that runs out of time is left to end by itself.

    urls  the targets' URLs by name
    """

    channel = "apprise"

    def __init__(self, retry: RetryPolicy, urls: Mapping[str, str], concurrency: int) -> None:
        self.retry = retry
        self._urls = urls
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="apprise")

    async def send(self, envelope: Envelope) -> Outcome:
        url, mend = self._urls.get(envelope.address), f"{envelope.address} in NOTIFYHUB_APPRISE_TARGETS"
        if url is None:
            # It was set up when the message was accepted.
            return Misconfigured("no_such_target", mend=f"{mend}, where it is missing")
        call = self._threads.submit(_call, url, envelope, mend, monotonic() + envelope.timeout_s)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(call), envelope.timeout_s)
        except TimeoutError:
            if call.cancel():  # no thread was free, so nothing was begun
                return TemporaryFailure("unreachable", "not_connected")
            return Unconfirmed("timeout")

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def service_of(url: str) -> NotifyBase:
    """The service that an Apprise URL leads to.

    Raises ValueError, without quoting the URL, if apprise does not know it or it leads to several places: a retry would
    send a message again to those who had it.
    """
    with _hushed():
        # In this very thread, with no pool and no time limit of apprise's own around it.
        service = Apprise.instantiate(url, asset=AppriseAsset(async_mode=False, service_timeout=0))
    if service is None:
        raise ValueError("is not a URL that apprise knows")
    # Retries and timeouts are decided elsewhere, and a failure must never look like a success.
    service.retry, service.optional = 0, False
    if len(service) > 1:
        raise ValueError("leads to several places: make each one a separate target")
    return service


def _call(url: str, envelope: Envelope, mend: str, ends_at: float) -> Outcome:
    service, words = service_of(url), Words()
    # The wait for a thread has used up part of the time.
    service.socket_connect_timeout = service.socket_read_timeout = max(ends_at - monotonic(), SHORTEST_S)
    service.logger = _heard_by(words)
    title, kind = envelope.options.get("title", ""), envelope.options.get("type", "info")
    with _hushed():
        accepted = Apprise([service]).notify(envelope.text, title=title, notify_type=kind, body_format="text")
    detail = _masked("\n".join(words.complaints), url)
    return Sent(None, "accepted", detail) if accepted else refusal(words, detail, mend)


def _heard_by(words: Words) -> logging.Logger:
    """A logger outside the logger hierarchy, so that its records reach no other handler."""
    logger = logging.Logger("apprise.call", logging.DEBUG)
    logger.addHandler(words)
    return logger


def _masked(text: str, url: str) -> str:
    """Any part of a URL may be a token, so none of it is kept."""
    secrets = {part for form in (url, unquote(url)) for part in _PART.findall(form)}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text[:DETAIL_LIMIT].replace("\x00", "")


@contextmanager
def _hushed() -> Iterator[None]:
    """Suppress all logging of this thread: apprise and its HTTP client log the URLs that they use."""
    for name in _LOUD:
        logging.getLogger(name).addFilter(_spoken_elsewhere)  # no more than once
    before, _here.hushed = _is_hushed(), True
    try:
        yield
    finally:
        _here.hushed = before


def _spoken_elsewhere(_record: logging.LogRecord) -> bool:
    return not _is_hushed()


def _is_hushed() -> bool:
    return bool(getattr(_here, "hushed", False))
