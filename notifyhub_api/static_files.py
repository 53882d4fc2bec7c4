"""Files that pages refer to: the URL of each changes with its content, so browsers may keep them for ever."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FOR_EVER = "public, max-age=31536000, immutable"


class StaticFolder:
    """The files of a folder, served under a path."""

    def __init__(self, folder: Path, path: str) -> None:
        self._folder = folder
        self._path = path
        self.url = cache(self._url)

    def mount(self) -> Mount:
        """The route to the files; compressed for those who take that."""
        return Mount(self._path, GZipMiddleware(_Kept(directory=self._folder)), name=self._path.strip("/"))

    def _url(self, name: str) -> str:
        """The URL of a file."""
        digest = blake2b((self._folder / name).read_bytes(), digest_size=8).hexdigest()
        return f"{self._path}/{name}?{digest}"


class _Kept(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = FOR_EVER
        return response
