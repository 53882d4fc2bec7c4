"""Strictness about things that tests often do not set up. Lenient by default: every token is valid."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

StrictnessProfile = Literal["lenient", "real"]
Window = Literal["open", "refuse", "fail"]
GROUPS = ("telegram", "viber", "whatsapp", "gateway")


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


G = TypeVar("G", bound=_Group)


class TelegramStrictness(_Group):
    """What Telegram requires of a bot.

    known_files_only   a file_id must be from this emulator (else 400, wrong file identifier)
    known_topics_only  a message_thread_id must be of a topic made here (else 400, message thread not found)
    """

    known_files_only: bool = False
    known_topics_only: bool = False


class ViberStrictness(_Group):
    """What Viber requires of a bot.

    token_form        a token must be three groups of letters and digits (else status 2)
    webhook_required  sending needs a webhook (else status 10)
    subscribed_only   only people who have subscribed or written can be sent to (else status 6)
    https_only        a webhook must use HTTPS (else status 1)
    may_broadcast     the account may broadcast (else status 20)
    """

    token_form: bool = False
    webhook_required: bool = False
    subscribed_only: bool = False
    https_only: bool = False
    may_broadcast: bool = True


class WhatsAppStrictness(_Group):
    """What WhatsApp requires of a business.

    service_window        free messages to a person who has not written for 24 hours: "open" delivers them, "refuse"
                          answers 131047, "fail" accepts them and reports 131047 by webhook, which is most common
    known_templates_only  templates must be created through the API, or `hello_world` (else 132001)
    known_media_only      media ids must be of uploads that still exist (else 131009)
    allowed_recipients    numbers that a test number may write to (else 131030); None: everybody
    app_secret            signs webhooks of apps that have not sent their secret by `oauth/access_token`
    """

    service_window: Window = "open"
    known_templates_only: bool = False
    known_media_only: bool = False
    allowed_recipients: frozenset[str] | None = Field(default=None, strict=False)
    app_secret: str = Field(default="emulator-app-secret", min_length=1)


class GatewayStrictness(_Group):
    """What the gateway requires of a caller.

    numbers_only  `id` and `phone` must be JSON numbers, not text (else 400)
    jwt           the token must be a JWT that has not expired (else 401)
    jwt_secret    and be signed with this HS256 secret; None: any signature
    deduplicate   a second message with the same `msgId` is not delivered again
    """

    numbers_only: bool = False
    jwt: bool = False
    jwt_secret: str | None = Field(default=None, min_length=1)
    deduplicate: bool = True


class StrictnessSettings(_Group):
    """All strictness: that of `profile`, overridden by single fields."""

    profile: StrictnessProfile = "lenient"
    telegram: TelegramStrictness = TelegramStrictness()
    viber: ViberStrictness = ViberStrictness()
    whatsapp: WhatsAppStrictness = WhatsAppStrictness()
    gateway: GatewayStrictness = GatewayStrictness()


PROFILES: dict[StrictnessProfile, StrictnessSettings] = {
    "lenient": StrictnessSettings(),
    # Without https_only: emulators have no publicly trusted certificate.
    "real": StrictnessSettings(
        profile="real",
        telegram=TelegramStrictness(known_files_only=True, known_topics_only=True),
        viber=ViberStrictness(token_form=True, webhook_required=True, subscribed_only=True),
        whatsapp=WhatsAppStrictness(service_window="fail", known_templates_only=True, known_media_only=True),
        gateway=GatewayStrictness(numbers_only=True, jwt=True),
    ),
}


class Strictness:
    """The current strictness, read by the messengers at each call."""

    telegram: TelegramStrictness
    viber: ViberStrictness
    whatsapp: WhatsAppStrictness
    gateway: GatewayStrictness

    def __init__(self, profile: StrictnessProfile = "lenient") -> None:
        self.replace(StrictnessSettings(profile=profile))

    def replace(self, settings: StrictnessSettings) -> None:
        """Apply `settings`."""
        base = PROFILES[settings.profile]
        self._profile = settings.profile
        self.telegram = _over(base.telegram, settings.telegram)
        self.viber = _over(base.viber, settings.viber)
        self.whatsapp = _over(base.whatsapp, settings.whatsapp)
        self.gateway = _over(base.gateway, settings.gateway)

    def describe(self) -> dict[str, Any]:
        """The current settings, in the form of `StrictnessSettings`."""
        groups = {name: getattr(self, name).model_dump(mode="json") for name in GROUPS}
        return {"profile": self._profile} | groups


def _over(base: G, own: G) -> G:
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
