"""Calls to a running emulator's own endpoints."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import orjson

from notifyhub_cli.output import Exit, leave

ALONE = "http://127.0.0.1:8090"
TIMEOUT_S = 10.0


class EmulatorClient:
    """`url` None means NOTIFYHUB_EMULATOR_URL, or else the default address of `notifyhub emulator`.

    `key` None means NOTIFYHUB_EMULATOR_KEY, if set. Every failure ends the command with a line that says why.
    """

    def __init__(self, url: str | None, key: str | None = None) -> None:
        from notifyhub.settings import load

        settings = load() if key is None else load(emulator_key=key)
        self._url = (url or settings.emulator_url or ALONE).rstrip("/")
        self._headers = {"Accept": "application/json"}
        if settings.emulator_key is not None:
            self._headers["Authorization"] = f"Bearer {settings.emulator_key.get_secret_value()}"
        if not self._url.startswith(("http://", "https://")):
            leave(Exit.BAD_INPUT, f"--url: {self._url} must begin with http:// or https://")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the response; None if it is empty."""
        sent = None if body is None else orjson.dumps(body)
        request = urllib.request.Request(self._url + path, sent, self._headers, method=method)  # noqa: S310
        # Proxies from the environment do not apply to an emulator.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_S) as response:
                return orjson.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            _refused(error)
        except (urllib.error.URLError, TimeoutError) as error:
            reason = getattr(error, "reason", None) or error
            leave(Exit.UNAVAILABLE, f"no emulator answers at {self._url}: {reason} (use --url to name another)")
        except orjson.JSONDecodeError:
            leave(Exit.UNAVAILABLE, f"what answers at {self._url} is not the emulator")


def _refused(error: urllib.error.HTTPError) -> None:
    try:
        problem = orjson.loads(error.read())
        wrong = problem.get("errors", ())
        if not wrong:
            leave(Exit.BAD_INPUT, f"the emulator at {error.url} refused: {problem['detail']}{_advice(error.code)}")
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        leave(Exit.UNAVAILABLE, f"{error.url} answered {error.code}; is it really the emulator?")
    leave(Exit.BAD_INPUT, *(f"{one['field'] or 'faults'}: {one['message']}" for one in wrong))


def _advice(status: int) -> str:
    return " (give it with --key or NOTIFYHUB_EMULATOR_KEY)" if status in (401, 403) else ""
