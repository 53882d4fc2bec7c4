"""The messengers' own paths at the root, for clients whose host can be changed but not the path."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.routing import Route
from starlette.types import ASGIApp

# Unique to each messenger, and different from the emulator's own endpoints.
OWN_PATHS = {
    "telegram": re.compile(r"(?:file/)?bot[^/]+/.+"),
    "viber": re.compile(r"pa/.+"),
    # Media are downloaded from another host than Graph's, by a path without a version.
    "whatsapp": re.compile(r"(?:v[0-9]+\.[0-9]+|whatsapp_business)/.+"),
    "gateway": re.compile(r"v1/send/.+|docs(?:/.+)?|openapi\.json"),
}


class OwnPath(Route):
    """Routes a messenger's paths to it; the messenger's root is then the emulator's."""

    def __init__(self, form: re.Pattern[str], messenger: ASGIApp) -> None:
        super().__init__("/{path:path}", messenger)
        self.path_regex = re.compile(rf"/(?P<path>{form.pattern})\Z")


def own_paths(messengers: Mapping[str, ASGIApp]) -> list[OwnPath]:
    """The routes at the root, for messengers by their channels."""
    return [OwnPath(OWN_PATHS[channel], messenger) for channel, messenger in messengers.items()]
