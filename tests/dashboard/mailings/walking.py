"""Pages as a browser without scripts has them: what is on them, and forms that are sent with what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urlencode

import httpx

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.serving import running

Fields = list[tuple[str, str]]


@dataclass
class Form:
    action: str
    fields: Fields = field(default_factory=list)
    buttons: Fields = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms, faults by field, and links."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.faults: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.words: list[str] = []
        self._select: str | None = None
        self._first_option: str | None = None
        self._area: str | None = None
        self._list: str | None = None
        self._in_fault = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self._add(name, given.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self._add(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._first_option is None or "selected" in given):
            self._replace(given.get("value", ""))
        elif tag == "button" and name and self.forms:
            self.forms[-1].buttons.append((name, given.get("value", "")))
        elif tag == "ul":
            self._list = given.get("id", "").removesuffix("-faults") if "faults" in given.get("class", "") else None
        elif tag == "li" and self._list is not None:
            self._in_fault = True
            self.faults.setdefault(self._list, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = self._first_option = None
        elif tag == "textarea":
            self._area = None
        elif tag == "ul":
            self._list = None
        elif tag == "li":
            self._in_fault = False

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area is not None and self.forms:
            name, value = self.forms[-1].fields.pop()
            self.forms[-1].fields.append((name, (value + data).removeprefix("\n")))
        if self._in_fault and self._list is not None:
            self.faults[self._list][-1] += data

    def _add(self, name: str, value: str) -> None:
        if name and self.forms:
            self.forms[-1].fields.append((name, value))

    def _replace(self, value: str) -> None:
        if self._first_option is not None:
            self.forms[-1].fields.pop()
        self._first_option = value
        self._add(self._select or "", value)


class Page:
    """A page, and what can be done on it."""

    def __init__(self, http: httpx.Client, response: httpx.Response) -> None:
        self._http = http
        self.status = response.status_code
        self.path = response.url.raw_path.decode()
        self._at = str(response.url)
        self.html = response.text
        self._read = _Reader()
        self._read.feed(response.text)
        self.words = " ".join(" ".join(self._read.words).split())
        self.faults = self._read.faults
        self.links = self._read.links

    def form(self, action: str) -> Form:
        return next(form for form in self._read.forms if form.action == action)

    def actions(self) -> list[str]:
        """Where the forms of this page lead."""
        return [form.action for form in self._read.forms]

    def value(self, action: str, name: str) -> str:
        return dict(self.form(action).fields)[name]

    def send(self, action: str, button: str | None = None, typed: Mapping[str, str | list[str]] | None = None) -> Page:
        """Send a form; `button`: the value of the one that is pressed."""
        form, typed = self.form(action), typed or {}
        fields = [(name, value) for name, value in form.fields if name not in typed]
        for name, given in typed.items():
            fields += [(name, value) for value in ([given] if isinstance(given, str) else given)]
        fields += [pressed for pressed in form.buttons if pressed[1] == button]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self._at}
        return Page(self._http, self._http.post(action, content=urlencode(fields), headers=headers))


class Browser:
    """Somebody in front of the dashboard of a hub."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def open(self, path: str) -> Page:
        return Page(self.http, self.http.get(path))

    @classmethod
    @contextmanager
    def of(cls, hub: Hub) -> Iterator[Self]:
        """For a hub with `auth="none"`."""
        with running(make_app(hub)) as port:
            base = f"http://127.0.0.1:{port}"
            with httpx.Client(
                base_url=base, follow_redirects=True, timeout=60, headers={"Accept": "text/html"}
            ) as http:
                yield cls(http)


STEPS = "/mailings/new"
TEXT = {"name": "Winter sale", "text": "Half price until Sunday", "channel.0": "telegram"}


def at_step(browser: Browser, step: str, **typed: str) -> Page:
    """The step of a new mailing, with the steps before it filled in."""
    page = browser.open(STEPS)
    filled: dict[str, str] = TEXT | typed
    for following in ("audience", "when", "check"):
        if f'name="step" value="{step}"' in page.html:
            break
        mine = {name: value for name, value in filled.items() if name in dict(page.form(STEPS).fields)}
        page = page.send(STEPS, following, mine)
        assert page.status == 200, page.faults
    return page
