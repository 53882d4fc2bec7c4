"""How strict the messengers are about what a test often does not set up. Lenient unless asked: every token is good."""

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
    """What Telegram asks of a bot.

    known_files_only   a file_id is one that this emulator gave (else 400, wrong file identifier)
    known_topics_only  a message_thread_id is that of a topic made here (else 400, message thread not found)
    """

    known_files_only: bool = False
    known_topics_only: bool = False


class ViberStrictness(_Group):
    """What Viber asks of a bot.

    token_form        tokens are three groups of letters and digits (else status 2)
    webhook_required  sending needs a webhook (status 10)
    subscribed_only   only who subscribed or wrote can be sent to (status 6)
    https_only        a webhook is an https address (status 1)
    may_broadcast     whether Viber has approved the account for broadcasts (else status 20)
    """

    token_form: bool = False
    webhook_required: bool = False
    subscribed_only: bool = False
    https_only: bool = False
    may_broadcast: bool = True


class WhatsAppStrictness(_Group):
    """What WhatsApp asks of a business.

    service_window        free messages to who has not written for 24 hours: "open" delivers them, "refuse" answers
                          131047, "fail" accepts them and tells of 131047 by webhook, as it mostly happens
    known_templates_only  templates are those made by the API, and `hello_world` (else 132001)
    known_media_only      media ids are those of uploads that are still there (else 131009)
    allowed_recipients    numbers that a test number may write to (else 131030); None is everybody
    app_secret            signs webhooks of apps that never told theirs by `oauth/access_token`
    """

    service_window: Window = "open"
    known_templates_only: bool = False
    known_media_only: bool = False
    allowed_recipients: frozenset[str] | None = Field(default=None, strict=False)
    app_secret: str = Field(default="emulator-app-secret", min_length=1)


class GatewayStrictness(_Group):
    """What the gateway asks of a caller.

    numbers_only  `id` and `phone` are JSON numbers, not digits in a text (else 400)
    jwt           the token is a JWT that has not expired (else 401)
    jwt_secret    and is signed with this HS256 secret; None takes any signature
    deduplicate   a second message of the same `msgId` is not delivered again
    """

    numbers_only: bool = False
    jwt: bool = False
    jwt_secret: str | None = Field(default=None, min_length=1)
    deduplicate: bool = True


class StrictnessSettings(_Group):
    """All of it at once: that of `profile`, and over it single fields."""

    profile: StrictnessProfile = "lenient"
    telegram: TelegramStrictness = TelegramStrictness()
    viber: ViberStrictness = ViberStrictness()
    whatsapp: WhatsAppStrictness = WhatsAppStrictness()
    gateway: GatewayStrictness = GatewayStrictness()


PROFILES: dict[StrictnessProfile, StrictnessSettings] = {
    "lenient": StrictnessSettings(),
    # Without https_only: nobody gives an emulator a certificate that the world trusts.
    "real": StrictnessSettings(
        profile="real",
        telegram=TelegramStrictness(known_files_only=True, known_topics_only=True),
        viber=ViberStrictness(token_form=True, webhook_required=True, subscribed_only=True),
        whatsapp=WhatsAppStrictness(service_window="fail", known_templates_only=True, known_media_only=True),
        gateway=GatewayStrictness(numbers_only=True, jwt=True),
    ),
}


class Strictness:
    """The strictness in force; the messengers ask for their own part of it at each call."""

    telegram: TelegramStrictness
    viber: ViberStrictness
    whatsapp: WhatsAppStrictness
    gateway: GatewayStrictness

    def __init__(self, profile: StrictnessProfile = "lenient") -> None:
        self.replace(StrictnessSettings(profile=profile))

    def replace(self, settings: StrictnessSettings) -> None:
        """Put `settings` in force."""
        base = PROFILES[settings.profile]
        self._profile = settings.profile
        self.telegram = _over(base.telegram, settings.telegram)
        self.viber = _over(base.viber, settings.viber)
        self.whatsapp = _over(base.whatsapp, settings.whatsapp)
        self.gateway = _over(base.gateway, settings.gateway)

    def describe(self) -> dict[str, Any]:
        """What is in force, in the form that `StrictnessSettings` takes."""
        groups = {name: getattr(self, name).model_dump(mode="json") for name in GROUPS}
        return {"profile": self._profile} | groups


def _over(base: G, own: G) -> G:
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
