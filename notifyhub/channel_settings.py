"""The settings of a channel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    StringConstraints,
    model_validator,
)

from notifyhub.domain.rates import FORM, rate_of

PREFIX = "NOTIFYHUB_"

_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
SenderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


def one_of(*schemes: str) -> AfterValidator:
    """A URL that begins with one of these schemes."""

    def check(url: str) -> str:
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 (reading it checks it)
        except ValueError:
            # Python's own message quotes the URL, including the password.
            raise ValueError("is not a valid URL: check its host and port") from None
        if parts.scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        if _STRAY_PERCENT.search(parts.netloc):
            raise ValueError("has an unescaped %; in a user name or password write %25")
        return url.rstrip("/") if schemes[0] == "http" else url

    return AfterValidator(check)


HttpUrl = Annotated[str, one_of("http", "https")]


def _rate(words: str) -> str:
    """A rate, or none, in its usual form."""
    return str(rate_of(words) or "none")


RateWords = Annotated[str, AfterValidator(_rate)]


class Account(BaseModel):
    """An additional account of a channel. Its own rates replace those of the channel."""

    model_config = ConfigDict(extra="forbid")

    rate: RateWords | None = None
    address_rate: RateWords | None = None


class Sender(Account):
    """An additional account that has a token."""

    token: SecretStr


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not _SECRET_TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must have 1 to 256 of A-Z a-z 0-9 _ -")
    return secret


WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]


class TelegramSender(Sender):
    """An additional bot on Telegram."""

    webhook_secret: WebhookSecret | None = None


class ViberSender(Sender):
    """An additional bot on Viber."""

    sender_name: Annotated[str, StringConstraints(min_length=1, max_length=28)] | None = None


class WhatsAppSender(Sender):
    """An additional business number on WhatsApp."""

    phone_number_id: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    app_secret: SecretStr | None = None


_SENDERS = "additional accounts by name, as JSON; a message selects one in its options"


class ChannelSettings(BaseModel):
    """The settings of every channel. Without a token and a base URL the emulator is used."""

    model_config = ConfigDict(extra="forbid")

    base_url: HttpUrl | None = Field(None, description="URL of the messenger's API; default: the real one")
    token: SecretStr | None = Field(None, description="credential for the messenger; none: the channel is emulated")
    max_attempts: int = Field(5, ge=1, le=100, description="attempts before a delivery fails as exhausted")
    retry_base_s: Positive = Field(1.0, description="upper bound of the first retry delay, seconds; doubles each time")
    retry_cap_s: Positive = Field(300.0, description="longest retry delay, seconds")
    rest_s: Positive = Field(
        60.0,
        description="seconds that a channel pauses when its messenger reports a misconfigured account, and the longest "
        "pause between two tries while the messenger takes nothing",
    )
    timeout_s: Positive = Field(10.0, le=60, description="timeout of a call, seconds")
    concurrency: int = Field(256, ge=1, le=10_000, description="concurrent calls in each worker process")
    rate: RateWords | None = Field(
        None, description=f"limit of each account: {FORM}, or none; default: what the messenger documents"
    )
    address_rate: RateWords | None = Field(
        None, description="limit for each address that an account writes to; default: what the messenger documents"
    )
    proxy: HttpUrl | None = Field(
        None, description="HTTP proxy for the channel's calls: http://user:password@host:port"
    )
    ca_file: FilePath | None = Field(
        None, description="PEM file of certificate authorities to trust in addition to the usual ones"
    )
    senders: Mapping[SenderName, Sender] = Field(default_factory=dict, description=_SENDERS)
    verify_tls: bool = Field(True, description="false accepts any certificate; only if the base URL is on this machine")

    @property
    def emulated(self) -> bool:
        return self.token is None and self.base_url is None

    @property
    def only_addresses(self) -> frozenset[str] | None:
        """The only valid addresses, each an account of its own; None: any well-formed address.

        If empty, the channel is not in use.
        """
        return None

    @model_validator(mode="after")
    def _unverified_stays_on_this_machine(self) -> Self:
        if not self.verify_tls and not is_loopback(urlsplit(self.base_url or "").hostname):
            raise ValueError("VERIFY_TLS may be false only if BASE_URL is on this machine; otherwise use CA_FILE")
        return self

    @model_validator(mode="after")
    def _further_accounts_need_a_first_one(self) -> Self:
        if self.senders and self.emulated:
            raise ValueError("SENDERS are additional accounts: TOKEN, the first one, must be set too")
        return self


def without(given: Any, channel: str, names: Sequence[str], instead: str) -> Any:
    """The settings of a channel as they are given. Raises ValueError for one of these, which have no effect there."""
    for name in names:
        if isinstance(given, Mapping) and name in given:
            raise ValueError(f"{PREFIX}{channel}_{name.upper()} has no effect: {instead}")
    return given


def is_loopback(host: str | None) -> bool:
    """Is a host, by name or address, this machine?"""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


class TelegramSettings(ChannelSettings):
    group_rate: RateWords | None = Field(
        None, description="limit for each group that a bot writes to; default: what Telegram documents"
    )
    paid_broadcast: bool = Field(
        False, description="pay 0.1 Telegram Stars a message above the free rate, for up to 1000 messages a second"
    )
    webhook_secret: WebhookSecret | None = Field(
        None, description="`secret_token` of the bot's webhook at POST /receipts/telegram, another for each bot"
    )
    senders: Mapping[SenderName, TelegramSender] = Field(default_factory=dict, description=_SENDERS)

    @model_validator(mode="after")
    def _secrets_tell_bots_apart(self) -> Self:
        own = (self.webhook_secret, *(sender.webhook_secret for sender in self.senders.values()))
        given = [secret.get_secret_value() for secret in own if secret is not None]
        if len(set(given)) < len(given):
            raise ValueError("WEBHOOK_SECRET must be another for each bot: it tells for which one an update is")
        return self


class ViberSettings(ChannelSettings):
    sender_name: str = Field("notifyhub", min_length=1, max_length=28, description="sender name that people see")
    broadcast: bool = Field(
        False, description="send equal texts to up to 300 people in one call; Viber must allow this for the account"
    )
    senders: Mapping[SenderName, ViberSender] = Field(default_factory=dict, description=_SENDERS)


class WhatsAppSettings(ChannelSettings):
    phone_number_id: str | None = Field(None, pattern=r"^[0-9]+$", description="id of the business number, digits")
    api_version: str = Field("v23.0", pattern=r"^v[0-9]+\.[0-9]+$", description="version of the Graph API")
    app_secret: SecretStr | None = Field(None, description="secret of the Meta app, which signs receipts")
    verify_token: SecretStr | None = Field(
        None, description="word that you choose for Meta to verify the webhook for receipts"
    )
    senders: Mapping[SenderName, WhatsAppSender] = Field(default_factory=dict, description=_SENDERS)

    @model_validator(mode="after")
    def _number_goes_with_token(self) -> Self:
        if self.token is not None and self.phone_number_id is None:
            raise ValueError(f"{PREFIX}WHATSAPP_PHONE_NUMBER_ID must be set when {PREFIX}WHATSAPP_TOKEN is")
        return self
