"""Files that are given to a verb."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from notifyhub.errors import Fault, InvalidRequest

Format = Literal["csv", "jsonl"]
Table = BinaryIO | bytes | str | Path
"""A path, a binary file that can be sought, or its bytes."""
Target = BinaryIO | str | Path
"""A path, or a binary file to write to."""
_JSON_LINES = frozenset({".jsonl", ".ndjson"})


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


@contextmanager
def written(file: Target) -> Iterator[BinaryIO]:
    """The file, open to be written anew. Raises InvalidRequest if it cannot be opened."""
    if not isinstance(file, str | Path):
        yield file
        return
    try:
        target = Path(file).open("wb")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise InvalidRequest([Fault("$.file", "form", f"cannot be written: {error.strerror}")]) from None
    with target:
        yield target


def format_of(file: Target, given: Format | None) -> Format:
    """The format that is given, or else that of the file's name: CSV unless it ends with .jsonl or .ndjson."""
    if given is not None or not isinstance(file, str | Path):
        return given or "csv"
    return "jsonl" if Path(file).suffix.lower() in _JSON_LINES else "csv"
