"""URLs that are safe to show."""

from __future__ import annotations

import re

MASK = "***"
_SECRET_QUERY = re.compile(r"(?i)([?&][^=&]*(?:password|passwd|secret|token|key)[^=&]*=)[^&#]+")
# Up to the last @, so that a password with an unescaped / or @ is masked too.
_USER_PASSWORD = re.compile(r"(://[^:/?#@]*:).*@")


def without_secrets(url: str) -> str:
    """A URL that is safe to show: passwords before the host and in the query are masked."""
    return _SECRET_QUERY.sub(rf"\1{MASK}", _USER_PASSWORD.sub(rf"\1{MASK}@", url))
