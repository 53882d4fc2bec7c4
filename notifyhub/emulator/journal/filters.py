"""Which entries of the journal are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypedDict, Unpack

from notifyhub.emulator.journal.inboxes import inbox_of


class Wanted(TypedDict, total=False):
    """The parts of a search; what is left out or None narrows nothing.

    text      a substring, upper and lower case differ
    search    a substring of the text or the address, ASCII letters in either case
    token     only what was sent with this token
    inbox     the same by the token's fingerprint, as entries show it
    account   the sender's public name: a bot's id, a business number's id
    accepted  only what was accepted, or only what was not
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
    """A search as the ledger asks for it. Tokens are not kept, only their fingerprints."""

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
        """The SQL condition and its values, for entries with an id over `after`, and not over `up_to`."""
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
            # A phone number may be asked for with its plus, which an unescaped query string turns into a space.
            conditions.append("address IN (?, ?)")
            values += [self.address, self.address.strip().removeprefix("+")]
        if self.text is not None:
            conditions.append("instr(text, ?) > 0")
            values.append(self.text)
        if self.search is not None:
            conditions.append("(text LIKE ? ESCAPE '!' OR address LIKE ? ESCAPE '!')")
            values += [f"%{_plain(self.search)}%"] * 2
        return " AND ".join(conditions), values

    def __str__(self) -> str:
        parts = [f"{name} {getattr(self, name)!r}" for name in self.__slots__ if getattr(self, name) is not None]
        return ", ".join(parts) or "anything"


def _plain(text: str) -> str:
    """What LIKE takes for itself, and nothing else."""
    for special in "!%_":
        text = text.replace(special, f"!{special}")
    return text
