"""The settings of e-mail: the account at a mail server that mails are handed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from notifyhub.channel_settings import PREFIX, Account, ChannelSettings, Positive, SenderName, is_loopback, without
from notifyhub.domain.mailboxes import mailbox

_HTTP_ONLY = ("base_url", "token", "proxy")

Tls = Literal["starttls", "tls", "none"]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
# What ends a line would end the command that it is sent in.
Username = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,255}$")]


def _mailbox(written: str) -> str:
    mailbox(written)
    return written.strip()


MailboxText = Annotated[str, AfterValidator(_mailbox)]


class EmailSender(Account):
    """An additional account. What it does not give is the channel's; one with a server of its own takes none of
    the login, port and encryption."""

    host: Host | None = None
    port: Port | None = None
    tls: Tls | None = None
    username: Username | None = None
    password: SecretStr | None = None
    from_address: MailboxText | None = None
    reply_to: MailboxText | None = None


class EmailSettings(ChannelSettings):
    host: Host | None = Field(None, description="mail server (SMTP); none: the channel is emulated")
    port: Port | None = Field(None, description="its port; default: 587, with TLS=tls 465, with TLS=none 25")
    tls: Tls | None = Field(
        None,
        description="starttls: encrypted after the greeting; tls: from the first byte; none: readable by everybody on "
        "the way; default: tls on port 465, otherwise starttls",
    )
    username: Username | None = Field(None, description="login at the mail server; none: no login")
    password: SecretStr | None = Field(None, description="password of the login")
    from_address: MailboxText | None = Field(
        None, description="author of the mails: an address, or `Shop <news@shop.example>`; default: the username"
    )
    reply_to: MailboxText | None = Field(None, description="address that answers go to; default: the author's")
    # Who knows no sender yet puts its mails off for minutes; seconds would use up the attempts (RFC 6647).
    max_attempts: int = Field(8, ge=1, le=100, description="attempts before a delivery fails as exhausted")
    retry_base_s: Positive = Field(30.0, description="upper bound of the first retry delay, seconds; doubles each time")
    retry_cap_s: Positive = Field(3600.0, description="longest retry delay, seconds")
    concurrency: int = Field(
        16, ge=1, le=1000, description="largest number of connections to the mail server in each worker process"
    )
    senders: Mapping[SenderName, EmailSender] = Field(  # type: ignore[assignment]  # an account without a token
        default_factory=dict,
        description="additional accounts by name, as JSON: host, port, tls, username, password, from_address, reply_to",
    )

    @property
    def emulated(self) -> bool:
        return self.host is None

    @model_validator(mode="before")
    @classmethod
    def _is_not_spoken_over_http(cls, given: Any) -> Any:
        return without(given, "EMAIL", _HTTP_ONLY, "e-mail has HOST, USERNAME and PASSWORD")

    @model_validator(mode="after")
    def _unverified_stays_on_this_machine(self) -> Self:
        hosts = [self.host, *(sender.host for sender in self.senders.values())]
        if not self.verify_tls and not all(is_loopback(host) for host in hosts if host is not None):
            raise ValueError("VERIFY_TLS may be false only if HOST is on this machine; otherwise use CA_FILE")
        return self

    @model_validator(mode="after")
    def _further_accounts_need_a_first_one(self) -> Self:
        if self.senders and self.emulated:
            raise ValueError("SENDERS are additional accounts: HOST, the server of the first one, must be set too")
        return self

    @model_validator(mode="after")
    def _each_account_is_whole(self) -> Self:
        if self.host is not None:
            _whole(self, self.host, self.tls, "")
        for name, sender in self.senders.items():
            elsewhere = sender.host is not None
            tls = sender.tls if elsewhere else sender.tls or self.tls
            username = sender.username if elsewhere else sender.username or self.username
            author = sender.from_address or self.from_address
            own = sender.model_copy(update={"username": username, "from_address": author})
            _whole(own, sender.host or self.host or "", tls, f"of {name} in {PREFIX}EMAIL_SENDERS")
        return self


def _whole(own: EmailSettings | EmailSender, host: str, tls: Tls | None, whose: str) -> None:
    def named(member: str) -> str:
        return f"{member} {whose}" if whose else f"{PREFIX}EMAIL_{member.upper()}"

    if own.from_address is None and "@" not in (own.username or ""):
        raise ValueError(f"{named('from_address')} must be set when {named('host')} is: the author of the mails")
    if own.from_address is None:
        mailbox(own.username or "")
    if own.password is not None and own.username is None:
        raise ValueError(f"{named('username')} must be set when {named('password')} is")
    if tls == "none" and own.username is not None and not is_loopback(host):
        raise ValueError(f"{named('tls')} may not be none with a login: everybody on the way could read the password")
