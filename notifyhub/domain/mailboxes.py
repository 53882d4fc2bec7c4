"""E-mail addresses: however they are written, one text for one mailbox (RFC 5321, 4.1.2; limits from 4.5.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

MOST_CHARACTERS = 254
"""Of a whole address: a path of 256 octets (RFC 5321, 4.5.3.1.3) includes its angle brackets."""
_MOST_BEFORE_THE_AT = 64

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label is never a number (RFC 3696, 2), which also tells an IP address from a name.
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z])[a-z0-9-]*[a-z0-9]")
_NAMED = re.compile(r"(?P<name>[^<>\x00-\x1f\x7f-\x9f\u2028\u2029]*?)\s*<(?P<address>[^<>]*)>")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that people see beside it; `name` may be empty."""

    name: str
    address: str


def canonical_email(written: str | int) -> str:
    """The address in its canonical form: without blanks around it, in small letters, its domain in ASCII (IDNA).

    Raises ValueError with a sentence.
    """
    text = written.strip() if isinstance(written, str) else ""
    if "<" in text or ">" in text:
        raise ValueError("email wants only the address, such as ann@example.com, without a name or angle brackets")
    local, at, domain = text.lower().rpartition("@")
    if not at or not local or not domain:
        raise ValueError("email wants an address with one @, such as ann@example.com")
    if not local.isascii():
        raise ValueError("email wants letters without accents, a to z, before the @: few mail servers take others")
    if not _LOCAL.fullmatch(local):
        raise ValueError("email wants letters, digits, single dots and !#$%&'*+/=?^_`{|}~- before the @")
    domain = _ascii(domain)
    if len(local) > _MOST_BEFORE_THE_AT or len(local) + 1 + len(domain) > MOST_CHARACTERS:
        raise ValueError("email wants at most 64 characters before the @, and 254 in all")
    return f"{local}@{domain}"


def mailbox(written: str) -> Mailbox:
    """`news@shop.example`, or `Shop <news@shop.example>`. Raises ValueError with a sentence."""
    named = _NAMED.fullmatch(written.strip())
    if named is None:
        return Mailbox("", canonical_email(written))
    return Mailbox(named["name"].strip().strip('"').strip(), canonical_email(named["address"]))


def _ascii(domain: str) -> str:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise ValueError("email wants a valid domain after the @, such as example.com") from None
    if not _DOMAIN.fullmatch(domain) or any(len(label) > 63 for label in domain.split(".")):
        raise ValueError("email wants a valid domain after the @, such as example.com")
    return domain
