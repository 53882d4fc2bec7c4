"""The mail server that the hub's own mails, such as the daily report, are handed over to."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FilePath, SecretStr, model_validator

from notifyhub.channel_settings import PREFIX
from notifyhub.setting_kinds import Port, checked_address

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _sender(given: Any) -> Any:
    """`hub@example.com`, or `Hub <hub@example.com>`."""
    name, bracket, rest = given.partition("<") if isinstance(given, str) else ("", "", "")
    if "\n" in name or "\r" in name or (bracket and not rest.rstrip().endswith(">")):
        raise ValueError("must be an address such as hub@example.com, or Hub <hub@example.com>")
    address = checked_address(rest.rstrip().removesuffix(">") if bracket else given)
    return f"{name.strip()} <{address}>" if name.strip() and bracket else address


class SmtpSettings(BaseModel):
    """`NOTIFYHUB_SMTP_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="mail server for the hub's own mails, such as the daily report; default: none"
    )
    port: Port | None = Field(None, description="its port; default: 587, with tls 465, with none 25")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls: encrypted after the greeting, tls: from the beginning, none: not encrypted"
    )
    ca_file: FilePath | None = Field(
        None, description="certificates of authorities (PEM) to trust instead of the system's"
    )
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="user name at the mail server; default: no login"
    )
    password: SecretStr | None = Field(None, description="password of that user")
    sender: Annotated[str, BeforeValidator(_sender)] | None = Field(
        None, description="who these mails are from: an address, or `Hub <hub@example.com>`; default: the user name"
    )

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.host is not None and self.sender is None and "@" not in (self.username or ""):
            raise ValueError(f"{PREFIX}SMTP_HOST needs {PREFIX}SMTP_SENDER: who the mails are from")
        if self.password is not None and self.username is None:
            raise ValueError(f"{PREFIX}SMTP_PASSWORD needs {PREFIX}SMTP_USERNAME")
        return self

    @property
    def effective_port(self) -> int:
        return PORTS[self.tls] if self.port is None else self.port

    @property
    def effective_sender(self) -> str:
        return self.sender or self.username or ""
