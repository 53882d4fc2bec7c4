"""All settings, read once. Only this module reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, create_model, model_validator
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from notifyhub.broker_settings import BrokerSettings
from notifyhub.channel_settings import PREFIX as PREFIX
from notifyhub.channel_settings import ChannelSettings as ChannelSettings
from notifyhub.channel_settings import HttpUrl, TelegramSettings, ViberSettings, WhatsAppSettings, one_of
from notifyhub.dashboard_settings import DashboardSettings
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.domain.zones import DEFAULT_ZONE
from notifyhub.email_settings import EmailSettings
from notifyhub.errors import SettingsError
from notifyhub.inbound_settings import InboundSettings
from notifyhub.observing_settings import ObservingSettings
from notifyhub.oidc_settings import OidcSettings
from notifyhub.plugins import installed
from notifyhub.process_settings import ProcessSettings
from notifyhub.report_settings import ReportSettings
from notifyhub.retention_settings import RetentionSettings
from notifyhub.service_settings import ServiceSettings
from notifyhub.setting_faults import complaint
from notifyhub.setting_kinds import Port, Region, Words, Zone
from notifyhub.url_masking import MASK as MASK
from notifyhub.url_masking import without_secrets as without_secrets
from notifyhub.webhook_settings import EventSettings, WebhookSettings

REAL_LIMITS = "real-limits"
"""The emulator's profile that enforces the documented limits."""


class Settings(BrokerSettings, ServiceSettings, ProcessSettings, ObservingSettings, InboundSettings):
    """Every setting of notifyhub: constructor arguments first, then `NOTIFYHUB_*` variables, then defaults.

    Raises SettingsError (through `load`) naming each wrong variable and why it is wrong.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="_", env_nested_max_split=1, extra="ignore", env_ignore_empty=True
    )

    data_dir: Path = Field(Path("notifyhub-data"), description="folder for the SQLite files and the first API key")
    database_url: Annotated[str, one_of("sqlite", "postgresql", "postgres")] | None = Field(
        None, description="sqlite:///PATH or postgresql://…; default: notifyhub.db in the data folder"
    )
    emulator_url: HttpUrl | None = Field(
        None, description="URL that emulated channels send to; default: /emulator at the host and port above"
    )
    emulator_profile: str = Field(
        "none", description="named behaviour of the emulator: none, original-task or real-limits"
    )
    emulator_smtp_port: Port = Field(
        8025, description="port at the host of the emulator's URL that takes the mails of an emulated e-mail channel"
    )
    emulator_key: Annotated[SecretStr, Field(min_length=1)] | None = Field(
        None,
        description="key that `notifyhub emulator` requires and commands send to a running emulator; "
        "if not set, one is generated when other machines can reach the address",
    )
    http_client: Literal["auto", "aiohttp", "pyreqwest"] = Field(
        "auto", description="HTTP client of the providers; auto uses pyreqwest if it is installed"
    )
    lease_s: float = Field(
        30.0, ge=1, le=3600, description="seconds a worker may hold a delivery before others take it back"
    )
    limits: Literal["auto", "on", "off"] = Field(
        "auto",
        description="whether the documented rate limits of messengers are kept to where no rate is set; auto: yes, but "
        "not against the emulator, unless its profile is real-limits",
    )
    worker_channels: Words = Field(
        (), description="channels that `worker` delivers, comma-separated or a JSON array; default: all"
    )
    sweep_interval_s: float = Field(0.5, ge=0.05, le=60, description="seconds between checks for due deliveries")
    max_recipients: int = Field(50_000, ge=1, description="maximum number of recipients in one request")
    default_region: Region = Field(
        DEFAULT_REGION,
        description="country (ISO 3166-1, two letters) of phone numbers without a country code; none: reject them",
    )
    client_phones: Literal["russian", "any"] = Field(
        "russian", description="phones of clients: only Russian ones, 7XXXXXXXXXX, or those of any country"
    )
    default_timezone: Zone = Field(
        DEFAULT_ZONE, description="time zone of clients for whom none is given: an IANA name, or an offset"
    )
    unreachable_kept_s: int = Field(
        30 * 86_400,
        ge=0,
        le=10 * 366 * 86_400,
        description="seconds for which nothing is sent to an address after its messenger said that it is unknown, or "
        "blocks the sender; 0: each message asks again",
    )
    audit_kept_days: int = Field(
        365, ge=0, le=36_500, description="days for which the audit is kept: who did what; 0: forever"
    )

    telegram: TelegramSettings = Field(default_factory=TelegramSettings)
    viber: ViberSettings = Field(default_factory=ViberSettings)
    whatsapp: WhatsAppSettings = Field(default_factory=WhatsAppSettings)
    gateway: ChannelSettings = Field(default_factory=ChannelSettings)
    email: EmailSettings = Field(default_factory=EmailSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    events: EventSettings = Field(default_factory=EventSettings)
    webhook: WebhookSettings = Field(default_factory=WebhookSettings)
    dashboard: DashboardSettings = Field(default_factory=DashboardSettings)
    oidc: OidcSettings = Field(default_factory=OidcSettings)

    @model_validator(mode="after")
    def _lease_outlives_a_call(self) -> Self:
        for channel, settings in self.channels().items():
            if settings.timeout_s >= self.lease_s:
                raise ValueError(
                    f"{PREFIX}LEASE_S ({self.lease_s:g}) must be longer than "
                    f"{PREFIX}{channel.upper()}_TIMEOUT_S ({settings.timeout_s:g})"
                )
        return self

    @model_validator(mode="after")
    def _answers_go_before_what_they_tell_of(self) -> Self:
        shortest = self.retention.shortest_ms
        if shortest is not None and shortest < self.idempotency_kept_s * 1000:
            raise ValueError(
                f"{PREFIX}IDEMPOTENCY_KEPT_S ({self.idempotency_kept_s}) must not be longer than "
                f"{PREFIX}RETENTION_DELIVERIES_DAYS and {PREFIX}RETENTION_PERSONAL_DAYS: stored answers hold addresses"
            )
        return self

    @model_validator(mode="after")
    def _workers_know_their_channels(self) -> Self:
        if unknown := [name for name in self.worker_channels if name not in self.channels()]:
            known = ", ".join(self.channels())
            raise ValueError(f"{PREFIX}WORKER_CHANNELS: there is no channel {unknown[0]!r}; there are {known}")
        if self.worker_channels and self.uses_sqlite:
            # One process delivers, so nobody would deliver the others.
            raise ValueError(f"{PREFIX}WORKER_CHANNELS needs PostgreSQL: with SQLite one worker delivers all channels")
        return self

    def delivered_channels(self) -> Mapping[str, ChannelSettings]:
        """The settings of the channels that a worker delivers."""
        return {name: own for name, own in self.channels().items() if name in (self.worker_channels or self.channels())}

    def with_concurrency(self, calls: int) -> Self:
        """The same, with so many calls at a time for each channel."""
        return self.model_copy(
            update={name: own.model_copy(update={"concurrency": calls}) for name, own in self.channels().items()}
        )

    def channels(self) -> Mapping[str, ChannelSettings]:
        """The settings of each channel. A plugin channel without any address is left out."""
        own = {
            name: settings for name, settings in self._own_channels().items() if settings.only_addresses != frozenset()
        }
        return {
            "telegram": self.telegram,
            "viber": self.viber,
            "whatsapp": self.whatsapp,
            "gateway": self.gateway,
            "email": self.email,
            **own,
        }

    def _own_channels(self) -> dict[str, ChannelSettings]:
        return {channel: getattr(self, channel) for channel in installed() if hasattr(self, channel)}

    def is_emulated(self, channel: str) -> bool:
        """Does the emulator stand in for this channel's messenger? Never for a plugin channel."""
        return channel not in installed() and self.channels()[channel].emulated

    def keeps_limits(self, channel: str) -> bool:
        """Are the documented limits of this channel's messenger kept to, where no rate is set?"""
        if self.limits == "auto":
            return not self.is_emulated(channel) or self.emulator_profile == REAL_LIMITS
        return self.limits == "on"

    def senders(self) -> dict[str, frozenset[str]]:
        """Names of the additional accounts, by channel; only channels that have some."""
        return {name: frozenset(own.senders) for name, own in self.channels().items() if own.senders}

    def only_addresses(self) -> dict[str, frozenset[str]]:
        """The valid addresses by channel, for channels that accept only a fixed set."""
        given = {name: own.only_addresses for name, own in self._own_channels().items()}
        return {name: known for name, known in given.items() if known is not None}

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'notifyhub.db'}"

    @property
    def effective_log_file(self) -> Path | None:
        """None: there is no log file."""
        if self.log_file is None:
            return self.data_dir / "notifyhub.log"
        return None if str(self.log_file).lower() == "none" else self.log_file

    @property
    def effective_emulator_url(self) -> str:
        return self.emulator_url or f"{self.own_url}/emulator"

    @property
    def dashboard_url(self) -> str:
        return self.dashboard.url or self.own_url

    @property
    def report_timezone(self) -> str:
        return self.report.timezone or self.default_timezone

    @property
    def look_ahead_ms(self) -> int:
        """How far ahead deliveries get timers: twice the sweep interval, because a sweep may be late."""
        return round(2000 * self.sweep_interval_s)

    @property
    def uses_sqlite(self) -> bool:
        return self.effective_database_url.startswith("sqlite")

    @property
    def uses_memory_broker(self) -> bool:
        return self.broker_url.startswith("memory")


@cache
def _kind() -> type[Settings]:
    """Settings with a member for each plugin channel."""
    plugins = installed()
    if not plugins:
        return Settings
    kinds = {channel: plugin.settings for channel, plugin in plugins.items()}
    members: dict[str, Any] = {channel: (kind, Field(default_factory=kind)) for channel, kind in kinds.items()}
    return create_model("Settings", __base__=Settings, **members)


def load(**given: Any) -> Settings:
    """Settings from arguments and the environment.

    Raises SettingsError with one line for each wrong setting.
    """
    kind = _kind()
    unknown = [name for name in given if name not in kind.model_fields]
    if unknown:
        raise SettingsError("\n".join(f"{name}: there is no such setting{_meant(name.upper())}" for name in unknown))
    try:
        return kind(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(complaint(fault, _meant) for fault in error.errors())) from None
    except UnreadableSetting as error:
        # `NOTIFYHUB_TELEGRAM` alone would have to hold the whole channel as JSON.
        raise SettingsError(f"{PREFIX}… {error}: set its members, such as {PREFIX}TELEGRAM_TOKEN") from None


def names() -> tuple[str, ...]:
    """The names of all variables."""
    of_groups = {f"{name}_{member}" for name, kind in _groups().items() for member in kind.model_fields}
    return tuple(PREFIX + name.upper() for name in sorted(of_groups | (_kind().model_fields.keys() - _groups().keys())))


def is_of_a_group(name: str) -> bool:
    """Is this the name of a group, such as a channel, or of a member? Unknown members are refused by `load`."""
    return any(f"{name.upper()}_".startswith(f"{PREFIX}{group.upper()}_") for group in _groups())


def _groups() -> dict[str, type[BaseModel]]:
    kinds = {name: field.annotation for name, field in _kind().model_fields.items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}


def environment_of_child(**settings: object) -> dict[str, str]:
    """The environment for a process that we start, with these settings; None takes one away."""
    changed = {PREFIX + name.upper(): value for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if name not in changed}
    return kept | {name: str(value) for name, value in changed.items() if value is not None}


def near(name: str) -> str | None:
    """The variable that somebody may have meant by this name."""
    known = {known.removeprefix(PREFIX): known for known in names()}
    found = get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
    return known[found[0]] if found else None


def _meant(name: str) -> str:
    found = near(name)
    return f"; did you mean {found}?" if found else ""
