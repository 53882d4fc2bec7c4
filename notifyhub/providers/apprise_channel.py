"""The channel `apprise`: a plugin like those of other packages, available if the package apprise is installed.

An Apprise URL holds passwords and may lead anywhere. So the operator sets up targets, and an address is the name of
one: no secret gets into the store, and nobody who may send can make this machine call other hosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, TypeAdapter, model_validator

from notifyhub.channel_settings import PREFIX, ChannelSettings, SenderName, without
from notifyhub.plugins import ChannelPlugin
from notifyhub.providers.transport import policy_of

if TYPE_CHECKING:
    from notifyhub.providers.apprise_provider import AppriseProvider

TARGETS = f"{PREFIX}APPRISE_TARGETS"
_OF_URLS = ("base_url", "token", "senders", "proxy", "ca_file", "verify_tls")
_NAME = TypeAdapter[str](SenderName)

_Title = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=250, pattern=r"^[^\x00-\x1f]*$")]


class AppriseSettings(ChannelSettings):
    """The targets of the channel."""

    targets: Mapping[SenderName, SecretStr] = Field(
        default_factory=dict, description="Apprise URLs by name, as JSON; an address is one of the names"
    )
    concurrency: int = Field(
        16, ge=1, le=256, description="largest number of simultaneous calls, each in a thread, in each worker process"
    )

    @property
    def emulated(self) -> bool:
        return False

    @property
    def only_addresses(self) -> frozenset[str]:
        return frozenset(self.targets)

    @model_validator(mode="before")
    @classmethod
    def _all_else_stands_in_the_urls(cls, given: Any) -> Any:
        return without(given, "APPRISE", _OF_URLS, f"put it into the URLs of {TARGETS}")

    @model_validator(mode="after")
    def _apprise_knows_the_urls(self) -> Self:
        if self.targets:
            from notifyhub.providers.apprise_provider import service_of

            for name, url in self.targets.items():
                try:
                    service_of(url.get_secret_value())
                except ValueError as error:
                    raise ValueError(f"{TARGETS}: {name} {error}") from None
        return self


class AppriseOptions(BaseModel):
    """Options of apprise: title, type."""

    model_config = ConfigDict(extra="forbid")

    title: _Title | None = Field(None, description="subject of a mail, headline of a notification; default: none")
    type: Literal["info", "success", "warning", "failure"] | None = Field(
        None, description="colour or icon, if the service shows one; default: info"
    )


def _target(given: str | int) -> str:
    name = str(given).strip()
    if "://" in name:
        raise ValueError(f"apprise wants the name of a target that {TARGETS} sets up, not a URL")
    try:
        return _NAME.validate_python(name)
    except ValueError:
        raise ValueError("apprise wants the name of a target: up to 64 of A-Z a-z 0-9 _ and -") from None


def _make(settings: AppriseSettings) -> AppriseProvider:
    from notifyhub.providers.apprise_provider import AppriseProvider

    urls = {name: url.get_secret_value() for name, url in settings.targets.items()}
    return AppriseProvider(policy_of(settings), urls, settings.concurrency)


def _installed() -> bool:
    """By its metadata: a folder of that name in the working directory is not the package."""
    try:
        return bool(version("apprise"))
    except PackageNotFoundError:
        return False


plugin = (
    ChannelPlugin(
        channel="apprise",
        make=_make,
        address=_target,
        description=f"Name of a target of {TARGETS}",
        example="ops",
        settings=AppriseSettings,
        options=AppriseOptions,
    )
    if _installed()
    else None
)
