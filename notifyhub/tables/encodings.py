"""In which encoding is this file?"""

from __future__ import annotations

import codecs
from typing import BinaryIO

from notifyhub.errors import Fault, InvalidRequest

SAMPLE = 1 << 16
ENCODINGS = ("utf-8", "utf-16", "windows-1251", "koi8-r", "cp866")
"""Those that are recognised; any other can be named."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CYRILLIC = {"cp1251": "windows-1251", "koi8_r": "koi8-r", "cp866": "cp866"}


def encoding_of(file: BinaryIO) -> str:
    """The encoding of a file, from its beginning; leaves it at its start.

    UTF-8 and marked UTF-16 are certain; the Cyrillic ones are told by what the text then looks like.
    Raises InvalidRequest if it is none of these.
    """
    sample = file.read(SAMPLE)
    file.seek(0)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if b"\x00" not in sample:
        if _is_utf8(sample):
            return "utf-8"
        from charset_normalizer import from_bytes  # takes a while to import, and most files are UTF-8

        if (best := from_bytes(sample, cp_isolation=list(_CYRILLIC)).best()) is not None:
            return _CYRILLIC[best.encoding]
    known = ", ".join(ENCODINGS)
    raise InvalidRequest([Fault("$.encoding", "unknown", f"cannot be told: name it (one of {known}), or use UTF-8")])


def _is_utf8(sample: bytes) -> bool:
    try:
        # The last character may be cut.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True
