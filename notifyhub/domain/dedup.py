"""The deduplication key, which prevents sending twice."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

CONTENT_OPTIONS = MappingProxyType(
    {
        "telegram": ("parse_mode", "thread_id"),  # other words, or another place
        "viber": (),
        "whatsapp": ("template",),
        "gateway": (),
        "email": ("subject", "html"),
    }
)
"""Options that change what a person gets, by channel. Who sends it, and how loudly, does not."""


def dedup_key(channel: str, address: str, text: str, options: Mapping[str, Any] | None = None) -> str:
    """The same for the same content to the same address on the same channel; 128 bits, as 22 characters.

    options  those of this channel; only options that change the content change the key
    """
    # Each part is preceded by its length, so that no two different lists read the same.
    parts = [part.encode("utf-8") for part in (channel, address, text)]
    if options and (content := _content(channel, options)):
        parts.append(json.dumps(content, sort_keys=True).encode())
    digest = blake2b(b"".join(b"%d:%b" % (len(part), part) for part in parts), digest_size=16).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _content(channel: str, options: Mapping[str, Any]) -> dict[str, Any]:
    # A plugin's options may change anything, except that the sender is the sender.
    counted = CONTENT_OPTIONS.get(channel, options.keys() - {"sender"})
    return {name: options[name] for name in counted if name in options}
