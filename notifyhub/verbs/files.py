"""Files that are given to a verb."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from notifyhub.errors import Fault, InvalidRequest

Table = BinaryIO | bytes | str | Path
"""A path, a binary file that can be sought, or its bytes."""


@contextmanager
def opened(file: Table) -> Iterator[BinaryIO]:
    """The file, open. Raises InvalidRequest if it cannot be opened."""
    if isinstance(file, bytes):
        yield BytesIO(file)
    elif isinstance(file, str | Path):
        try:
            table = Path(file).open("rb")  # noqa: SIM115 (closed below)
        except OSError as error:
            raise InvalidRequest([Fault("$.file", "form", f"cannot be opened: {error.strerror}")]) from None
        with table:
            yield table
    else:
        yield file
