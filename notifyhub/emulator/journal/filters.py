"""Filters of journal entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypedDict, Unpack

from notifyhub.emulator.journal.inboxes import inbox_of


class Wanted(TypedDict, total=False):
    """The fields of a search; None or left out: no filter.

    text      a substring, case-sensitive
    search    a substring of the text, the address or the subject; the case of ASCII letters does not matter
    token     only sends with this token
    inbox     the same by the token's fingerprint, as in entries
    account   the sender's public id: of a bot or a business number
    accepted  only accepted sends, or only others
    """

    channel: str | None
    address: str | None
    text: str | None
    search: str | None
    token: str | None
    inbox: str | None
    account: str | None
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A search in the form for the ledger. Tokens are not stored, only their fingerprints."""

    channel: str | None = None
    address: str | None = None
    text: str | None = None
    search: str | None = None
    inbox: str | None = None
    account: str | None = None
    accepted: bool | None = None

    @classmethod
    def of(cls, **wanted: Unpack[Wanted]) -> Self:
        token = wanted.pop("token", None)
        if token is not None:
            wanted["inbox"] = inbox_of(token)
        return cls(**{name: value for name, value in wanted.items() if value is not None})  # type: ignore[arg-type]

    def where(self, after: int, up_to: int | None = None) -> tuple[str, list[object]]:
        """The SQL condition and its values, for entries with ids above `after` and up to `up_to`."""
        conditions: list[str] = ["id > ?"]
        values: list[object] = [after]
        if up_to is not None:
            conditions.append("id <= ?")
            values.append(up_to)
        for name in ("channel", "inbox", "account", "accepted"):
            if getattr(self, name) is not None:
                conditions.append(f"{name} = ?")
                values.append(getattr(self, name))
        if self.address is not None:
            # A phone number may be given with its plus, which is a space in an unescaped query string.
            conditions.append("address IN (?, ?, ?)")
            values += [self.address, self.address.strip().removeprefix("+"), _mail_address(self.address)]
        if self.text is not None:
            conditions.append("instr(text, ?) > 0")
            values.append(self.text)
        if self.search is not None:
            conditions.append("(text LIKE ? ESCAPE '!' OR address LIKE ? ESCAPE '!' OR subject LIKE ? ESCAPE '!')")
            values += [f"%{_plain(self.search)}%"] * 3
        return " AND ".join(conditions), values

    def __str__(self) -> str:
        parts = [f"{name} {getattr(self, name)!r}" for name in self.__slots__ if getattr(self, name) is not None]
        return ", ".join(parts) or "anything"


def _mail_address(address: str) -> str:
    """Mail addresses are in lower case in the journal; other addresses as they are."""
    return address.lower() if address.find("@") > 0 else address


def _plain(text: str) -> str:
    """Escape the wildcards of LIKE."""
    for special in "!%_":
        text = text.replace(special, f"!{special}")
    return text
