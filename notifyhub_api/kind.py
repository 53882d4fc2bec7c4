"""Kinds of problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PAGES = "/problems/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of problem; its texts are one paragraph of Markdown each, with no markup but `code`.

    name             the end of its URI
    title            the phrase of its status, the same on every Python
    means            what has happened
    advice           what to do about it
    detail, members  an example of the members that differ
    headers          headers of the answer, and their descriptions
    after_admission  only callers with a valid key get it
    """

    name: str
    status: int
    title: str
    means: str
    advice: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    after_admission: bool = False

    @property
    def type(self) -> str:
        """A reference with its full path, as RFC 9457 (section 3.1.1) recommends; it leads to this service."""
        return PAGES + self.name

    def document(self, detail: str, **members: Any) -> dict[str, Any]:
        """A problem of this kind."""
        return {"type": self.type, "title": self.title, "status": self.status, "detail": detail, **members}

    @property
    def example(self) -> dict[str, Any]:
        return self.document(self.detail, **self.members)
