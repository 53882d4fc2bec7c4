"""The call that a delivery makes, as people may see it: with secrets masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from notifyhub.domain.envelope import Envelope

LONGEST_BODY = 16_384
"""Characters of a body that are shown."""


@dataclass(frozen=True, slots=True)
class ShownCall:
    """method  POST, or SMTP for a mail
    url     of the messenger, or of the mail server
    body    as it is sent, at most `LONGEST_BODY` characters
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@runtime_checkable
class ShowsCalls(Protocol):
    """A provider that can say how it would send an envelope. Those of plugins need not."""

    def shown(self, envelope: Envelope) -> ShownCall | None:
        """The call for this envelope, which is not made; None: there is no such account any more."""
        ...
