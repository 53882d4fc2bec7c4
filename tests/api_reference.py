"""docs/api.md: each request with curl, Python and its true answer, asked of a service that runs while it is written.

`make docs` writes it. Ids, moments and keys change with every run, so they are given steady names.
"""

from __future__ import annotations

import json
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from notifyhub_api.app import OPERATIONS
from notifyhub_api.operations import Operation
from tests.api_stories import STORIES, Step
from tests.processes import Service

TARGET = Path(__file__).parents[1] / "docs" / "api.md"
TABLES = ("text/csv", "application/x-ndjson")
SETTINGS = {"webhook_private_addresses": "127.0.0.0/8", "webhook_allow_http": "true"}
"""Webhooks of this machine are allowed, so that no other is called."""
SHOWN_HEADERS = ("Location", "Link", "Idempotency-Replayed", "Retry-After")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
HEX_ID = re.compile(r"\b[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}\b")
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
KEY = re.compile(r"nh_[A-Za-z0-9_-]{43}")
TOKEN = re.compile(r'(?<="token": ")[A-Za-z0-9_-]{43}|(?<=token=)[A-Za-z0-9_-]{43}')
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
PREFIX = re.compile(r"nh_[A-Za-z0-9_-]{6}(?![A-Za-z0-9_…-])")
PORT = re.compile(r"127\.0\.0\.1:\d+")
CURSOR = re.compile(r"\bMTc5[A-Za-z0-9]{12,}(?:%3D|=)*")
RATES = re.compile(r'("(?:rate_s|left_s)":) [0-9.e+-]+')
SECONDS = re.compile(r"\b1[78][0-9]{8}\b")
LONG_NUMBER = re.compile(r"\b[0-9]{16,}\b")

HEAD = """# The REST API, request by request

Made by `make docs` from a service that ran meanwhile: these are its true answers, only ids, keys and moments have been
given steady names. The same in a browser, to be tried out: `/docs/`; for programs: `/openapi.json`.

In a shell:

```sh
URL=http://127.0.0.1:8000
KEY=$(cat notifyhub-data/first-key)
```

In Python:

```python
import json, urllib.request

def ask(method, path, body=None, headers={}):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {KEY}", **headers}
    request = urllib.request.Request(URL + path, data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        text = response.read().decode()
    return json.loads(text) if "json" in response.headers.get_content_type().split("/") else text
```
"""


@dataclass
class Teller:
    """Asks a service, and writes down what it asked and was answered.

    audited  the operations whose requests have a line in the audit
    """

    service: Service
    kept: dict[str, Any] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    audited: set[str] = field(default_factory=set)

    def tell(self, step: Step) -> None:
        if step.faults is not None:
            self._ask("PUT", "/emulator/faults", step.faults, {})
        operation = _operation(step.operation)
        path, body = step.path.format(**self.kept), step.body(self.kept)
        status, headers, answer = self._ask(operation.method, path, body, step.headers)
        for name, place in step.keep.items():
            self.kept[name] = _at(answer, place)
        if step.until is not None:
            self._wait(path, step.until)
            status, headers, answer = self._ask(operation.method, path, body, step.headers)
        parts = [step.says] if step.says else []
        parts += [_shell(operation, path, body, step.headers), _python(operation, path, body, step.headers)]
        parts.append(_answer(status, headers, answer if step.only is None else _lines_with(step.only, answer)))
        self.told.setdefault(operation.id, []).append("\n\n".join(parts))
        if operation.method != "GET" and self._has_a_line(headers["X-Request-ID"]):
            self.audited.add(operation.id)
        if step.enters:
            self._enter(answer["token"])

    def _enter(self, token: str) -> None:
        form = urllib.parse.urlencode({"token": token}).encode()
        request = urllib.request.Request(f"{self.service.url}/signin", form, {"User-Agent": "Mozilla/5.0"})
        with urllib.request.urlopen(request, timeout=30):
            pass

    def _has_a_line(self, request_id: str) -> bool:
        newest = self._ask("GET", "/api/v1/audit?limit=1", None, {})[2]["items"]
        return any(line.get("request_id") == request_id for line in newest)

    def _ask(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], Any]:
        data = None if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.service.key}", **headers}
        request = urllib.request.Request(self.service.url + path, data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, _read(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, _read(error)

    def _wait(self, path: str, until: str) -> None:
        """Ask until the answer's status is this one; the service's own word, so no sleeping for luck."""
        while self._ask("GET", path, None, {})[2]["status"] != until:
            pass


def played() -> Teller:
    """All stories, told to a service of their own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Service(Path(folder), retention_erasure_key="the same for each run", **SETTINGS) as service,
    ):
        teller = Teller(service)
        for step in STORIES:
            teller.tell(step)
    return teller


def reference(teller: Teller) -> str:
    """The whole document."""
    parts = [HEAD.rstrip()]
    tags = {operation.tag.name: operation.tag for operation in OPERATIONS}
    for tag in tags.values():
        parts.append(f"## {tag.name}\n\n{tag.description}")
        parts += [_section(operation, teller.told) for operation in OPERATIONS if operation.tag.name == tag.name]
    return _steady("\n\n".join(parts)) + "\n"


def _section(operation: Operation, told: Mapping[str, list[str]]) -> str:
    about = [
        f"### {operation.method} {operation.path}",
        operation.summary if operation.summary.endswith("?") else f"{operation.summary}.",
    ]
    if operation.description:
        about.append(operation.description)
    if operation.scope is not None:
        about.append(f"Needs a key with the scope `{operation.scope}`.")
    return "\n\n".join([*about, *told[operation.id]])


def _operation(id_: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.id == id_)


def _read(response: Any) -> Any:
    """What was answered: JSON read, a table as text, None for no body."""
    body, headers = response.read(), response.headers
    if headers.get_content_type() in TABLES:
        return body.decode().replace("\r\n", "\n").rstrip()
    if body and "version=0.0.4" in headers["Content-Type"]:
        return body.decode()
    return json.loads(body) if body else None


def _lines_with(part: str, text: str) -> str:
    return "\n".join(line for line in text.splitlines() if part in line)


def _at(answer: Any, place: str) -> Any:
    for name in place.split("."):
        answer = answer[int(name) if name.isdigit() else name]
    return answer


def _shell(operation: Operation, path: str, body: Any, headers: Mapping[str, str]) -> str:
    words = ["curl -s"]
    if operation.method != ("GET" if body is None else "POST"):
        words.append(f"-X {operation.method}")
    words.append(f'"$URL{path}"')
    if operation.scope is not None:
        words.append('-H "Authorization: Bearer $KEY"')
    words += [f'-H "{name}: {value}"' for name, value in headers.items()]
    if body is not None:
        words.append("\\\n    -d '" + json.dumps(body, ensure_ascii=False).replace("'", "'\\''") + "'")
    return "```sh\n" + " ".join(words) + "\n```"


def _python(operation: Operation, path: str, body: Any, headers: Mapping[str, str]) -> str:
    given = [repr(operation.method), repr(path), *([] if body is None else [repr(body)])]
    given += [f"headers={dict(headers)!r}"] if headers else []
    return "```python\nask(" + ", ".join(given).replace("'", '"') + ")\n```"


def _answer(status: int, headers: Mapping[str, str], answer: Any) -> str:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {headers[name]}" for name in SHOWN_HEADERS if headers.get(name)]
    if answer is not None:
        lines += ["", answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False)]
    return "```http\n" + "\n".join(lines) + "\n```"


def _steady(text: str) -> str:
    """The same in every run: ids are numbered in the order in which they come, moments are one moment."""
    names: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        plain = match.group().replace("-", "")
        number = names.setdefault(plain, f"{len(names) + 1:012x}")
        made = f"01a1fdc9-524d-76a2-a653-{number}"
        return made if "-" in match.group() else made.replace("-", "")

    text = UUID.sub(numbered, text)
    text = HEX_ID.sub(numbered, text)
    text = MOMENT.sub("2026-11-21T11:06:31.885000Z", text)
    text = PREFIX.sub("nh_Fq0r2d", KEY.sub("nh_Fq0r2d…", text))
    text = SECRET.sub("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", text)
    text = TOKEN.sub("Xw3kJ0bq5Yt6uQ1rZ8nVd2sLh4mPc7eGf9aKi0oTyRl", text)
    text = CURSOR.sub("MTc5NTI1OTE5MTg4NS44", text)
    text = RATES.sub(r"\1 12.5", text)
    text = SECONDS.sub("1795259191", text)
    return LONG_NUMBER.sub("1795259191885000000", PORT.sub("127.0.0.1:8000", text))


if __name__ == "__main__":
    TARGET.write_text(reference(played()), encoding="utf-8")
