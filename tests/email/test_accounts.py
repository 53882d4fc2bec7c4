"""Accounts at a mail server: which settings give which, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub.domain.mailboxes import Mailbox
from notifyhub.errors import SettingsError
from notifyhub.mail.account import MailAccount, account_of
from notifyhub.settings import load
from notifyhub.settings_shown import effective

HOST = {"host": "mail.example", "from_address": "Shop <News@Shop.example>"}


def account(sender: str | None = None, **given: Any) -> MailAccount:
    return account_of(load(email={**HOST, **given}).email, sender)


def test_a_host_makes_the_channel_real() -> None:
    assert load().email.emulated
    assert not load(email=HOST).email.emulated


def test_the_author_has_a_name_and_a_canonical_address() -> None:
    assert account().author == Mailbox("Shop", "news@shop.example")


def test_a_login_that_is_an_address_is_the_author() -> None:
    own = load(email={"host": "mail.example", "username": "me@shop.example"}).email

    assert account_of(own).author.address == "me@shop.example"


@pytest.mark.parametrize(
    ("given", "port", "tls"),
    [
        ({}, 587, "starttls"),
        ({"port": 465}, 465, "tls"),
        ({"tls": "tls"}, 465, "tls"),
        ({"tls": "none"}, 25, "none"),
        ({"port": 2525}, 2525, "starttls"),
    ],
)
def test_port_and_encryption_go_together(given: dict[str, Any], port: int, tls: str) -> None:
    own = account(**given)

    assert (own.port, own.tls) == (port, tls)


def test_another_account_has_what_the_channel_has_but_for_what_it_gives() -> None:
    own = account("alerts", username="u", password="p", senders={"alerts": {"from_address": "alerts@shop.example"}})

    assert own.author == Mailbox("", "alerts@shop.example")
    assert (own.host, own.username, own.password) == ("mail.example", "u", "p")


def test_a_login_is_not_given_to_the_server_of_another_account() -> None:
    own = account("other", username="u", password="p", port=2525, senders={"other": {"host": "other.example"}})

    assert (own.host, own.port, own.username, own.password) == ("other.example", 587, None, "")


def test_a_password_is_not_given_with_another_login() -> None:
    own = account("other", username="u", password="p", senders={"other": {"username": "v"}})

    assert (own.username, own.password) == ("v", "")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"host": "mail.example"}, "NOTIFYHUB_EMAIL_FROM_ADDRESS must be set when NOTIFYHUB_EMAIL_HOST is"),
        ({**HOST, "password": "hidden"}, "NOTIFYHUB_EMAIL_USERNAME must be set when NOTIFYHUB_EMAIL_PASSWORD is"),
        ({**HOST, "from_address": "Shop"}, "NOTIFYHUB_EMAIL_FROM_ADDRESS: email wants an address with one @"),
        ({**HOST, "from_address": "a\r\nBcc: b <c@d.example>"}, "NOTIFYHUB_EMAIL_FROM_ADDRESS: email wants"),
        ({**HOST, "username": "a\r\nRSET"}, "NOTIFYHUB_EMAIL_USERNAME: has the wrong form"),
        ({**HOST, "verify_tls": False}, "VERIFY_TLS may be false only if HOST is on this machine"),
        ({**HOST, "tls": "none", "username": "u"}, "NOTIFYHUB_EMAIL_TLS may not be none with a login"),
        ({**HOST, "token": "hidden"}, "NOTIFYHUB_EMAIL_TOKEN has no effect"),
        ({"senders": {"a": {}}}, "HOST, the server of the first one, must be set too"),
        ({**HOST, "senders": {"a": {"tls": "none", "username": "u"}}}, "tls of a in NOTIFYHUB_EMAIL_SENDERS may not"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(email=given)

    assert told in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_the_password_is_shown_nowhere() -> None:
    settings = load(email={**HOST, "username": "u", "password": "hidden"})

    assert "hidden" not in str(effective(settings))
    assert effective(settings)["NOTIFYHUB_EMAIL_PASSWORD"] == "***"
    assert "hidden" not in repr(account_of(settings.email))
