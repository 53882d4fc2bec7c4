"""Business numbers, accounts and apps, created when first named. In memory, bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from notifyhub.emulator.shared.bounded import Bounded

NUMBERS_CAP = 10_000
PEOPLE_CAP = 100_000
TEMPLATES_CAP = 1000
ACCOUNT_ID = "102290129340398"
ALL_FIELDS = ("messages",)


@dataclass(slots=True)
class Offer:
    """A message with choices: id of the choice → kind of reply and title."""

    message_id: str
    choices: Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Number:
    """One business number. `callback` is its own webhook, empty if it has none.

    wrote_at  person → when they last wrote, Unix seconds, for the service window
    shut_out  people whom the business has blocked
    gone      people who have blocked the business
    """

    id: str
    account_id: str = ACCOUNT_ID
    is_registered: bool = True
    pin: str = field(default="", repr=False)
    callback: str = ""
    name: str = "Emu"
    sheets: dict[str, dict[str, Any]] = field(default_factory=dict)
    wrote_at: Bounded[str, float] = field(default_factory=lambda: Bounded(PEOPLE_CAP))
    shut_out: Bounded[str, bool] = field(default_factory=lambda: Bounded(PEOPLE_CAP))
    gone: Bounded[str, bool] = field(default_factory=lambda: Bounded(PEOPLE_CAP))
    offers: Bounded[str, Offer] = field(default_factory=lambda: Bounded(PEOPLE_CAP))

    @property
    def digits(self) -> str:
        """The phone number, always the same for the same id."""
        return f"1555{int(self.id) % 10_000_000:07}"

    @property
    def display(self) -> str:
        digits = self.digits
        return f"+1 {digits[1:4]}-{digits[4:7]}-{digits[7:]}"


@dataclass(slots=True)
class Account:
    """A WhatsApp business account. `templates` by name and language."""

    id: str
    callback: str = ""
    is_subscribed: bool = True
    templates: Bounded[tuple[str, str], dict[str, Any]] = field(default_factory=lambda: Bounded(TEMPLATES_CAP))


@dataclass(slots=True)
class App:
    """A Meta app: its subscriptions, its webhook, and the secret for signatures (empty: the emulator's)."""

    id: str
    secret: str = field(default="", repr=False)
    callback: str = ""
    fields: tuple[str, ...] = ALL_FIELDS


class Businesses:
    """All of them. A number belongs to the account named with its token, otherwise to a shared one."""

    def __init__(self) -> None:
        self._numbers: Bounded[str, Number] = Bounded(NUMBERS_CAP)
        self._accounts: Bounded[str, Account] = Bounded(NUMBERS_CAP)
        self._apps: Bounded[str, App] = Bounded(NUMBERS_CAP)
        self._account_ids: Bounded[str, str] = Bounded(NUMBERS_CAP)
        self._people: Bounded[str, str] = Bounded(PEOPLE_CAP)

    def number(self, number_id: str, token: str) -> Number:
        number = self._numbers.get(number_id) or self._numbers.put(number_id, Number(number_id))
        account_id = self._account_ids.get(token)
        if account_id:
            number.account_id = account_id
        return number

    def known_number(self, number_id: str) -> Number | None:
        return self._numbers.get(number_id)

    def numbers_of(self, account_id: str) -> list[Number]:
        return [number for number in self._numbers.values() if number.account_id == account_id]

    def account(self, account_id: str, token: str = "") -> Account:
        """The account; with a token, that token's numbers belong to this account from now on."""
        if token:
            self._account_ids.put(token, account_id)
        return self._accounts.get(account_id) or self._accounts.put(account_id, Account(account_id))

    def known_account(self, account_id: str) -> Account | None:
        return self._accounts.get(account_id)

    def app(self, app_id: str) -> App:
        return self._apps.get(app_id) or self._apps.put(app_id, App(app_id))

    def apps(self) -> list[App]:
        return self._apps.values()

    def meet(self, user_id: str, wa_id: str) -> None:
        """Remember the owner of a business-scoped id."""
        self._people.put(user_id, wa_id)

    def person(self, user_id: str) -> str:
        """The phone number behind a business-scoped id, or the id itself if the person never wrote."""
        return self._people.get(user_id) or user_id

    def forget_people(self) -> None:
        self._people.clear()
        for number in self._numbers.values():
            for people in (number.wrote_at, number.shut_out, number.gone, number.offers):
                people.clear()
