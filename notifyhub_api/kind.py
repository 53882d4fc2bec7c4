"""What a kind of problem is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PAGES = "/problems/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of problem; its texts are Markdown of one paragraph, with nothing but `code` in it.

    name             the end of its URI
    title            the phrase of its status, the same on every Python
    means            what has happened
    advice           what to do about it
    detail, members  an example, beside what all of this kind have in common
    headers          headers of the answer, and what they say
    after_admission  only callers with a good key are told it
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
        """A reference with its full path, as RFC 9457 (section 3.1.1) wants one: it leads to this very service."""
        return PAGES + self.name

    def document(self, detail: str, **members: Any) -> dict[str, Any]:
        """A problem of this kind."""
        return {"type": self.type, "title": self.title, "status": self.status, "detail": detail, **members}

    @property
    def example(self) -> dict[str, Any]:
        return self.document(self.detail, **self.members)
