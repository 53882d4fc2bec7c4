"""Uploaded media, in memory, bounded by bytes and by number; the oldest are dropped."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

BYTES_CAP = 256 << 20
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. `owner` is the bot or number that uploaded it; nobody else can read it."""

    id: str
    owner: str
    name: str
    content_type: str
    data: bytes = field(repr=False)

    def __len__(self) -> int:
        return len(self.data)


class Files:
    """Files by opaque ids. A single file above `bytes_cap` is kept alone."""

    def __init__(self, bytes_cap: int = BYTES_CAP, count_cap: int = COUNT_CAP) -> None:
        self._bytes_cap = bytes_cap
        self._count_cap = count_cap
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self.size_bytes = 0

    def put(self, data: bytes, *, owner: str, name: str, content_type: str, file_id: str | None = None) -> StoredFile:
        """Store a file under a new id, or under `file_id` if the messenger has its own ids."""
        file = StoredFile(file_id or secrets.token_urlsafe(24), owner, name, content_type, data)
        self.drop(file.id)
        self._files[file.id] = file
        self.size_bytes += len(file)
        self._make_room()
        return file

    def get(self, file_id: str, owner: str) -> StoredFile | None:
        """The owner's file with that id, if it still exists."""
        file = self._files.get(file_id)
        return file if file is not None and file.owner == owner else None

    def drop(self, file_id: str) -> None:
        """Drop a file, if it exists."""
        file = self._files.pop(file_id, None)
        self.size_bytes -= len(file) if file else 0

    def clear(self) -> None:
        self._files.clear()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._files)

    def _make_room(self) -> None:
        while len(self._files) > 1 and (self.size_bytes > self._bytes_cap or len(self._files) > self._count_cap):
            _, file = self._files.popitem(last=False)
            self.size_bytes -= len(file)
