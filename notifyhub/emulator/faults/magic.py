"""Magic recipients: addresses that always behave in the same way, without any setting.

Each story has a number. Its recipients are the Telegram chat 4000000000NNN, the phone 70000000NNN on WhatsApp and the
gateway, the Viber id `magic-<name>=`, with hyphens for underscores, and in the same way the mail address
`magic-<name>@example.com`. No real person has such an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notifyhub.emulator.faults.answers import WORDS, Answerable, StatusAnswer
from notifyhub.emulator.faults.names import CHANNELS, OUTCOMES
from notifyhub.emulator.faults.plan import Plan

SLOW_S = 2.0
RETRY_AFTER_S = 1
WITH_RECEIPTS = ("viber", "whatsapp")


@dataclass(frozen=True, slots=True)
class Story:
    """The behaviour of a recipient: `answers` one after the other, then the last one for ever, or "accept"."""

    number: int
    name: str
    does: str
    answers: tuple[Answerable, ...] = ()
    latency_s: float = 0.0
    receipts: str | None = None
    channels: tuple[str, ...] = CHANNELS

    def plan(self, number: int, latency_s: float) -> Plan:
        """The plan for send `number` to the recipient, counted from 0."""
        answer = self.answers[min(number, len(self.answers) - 1)] if self.answers else None
        return Plan(latency_s + self.latency_s, answer, self.receipts)

    def address(self, channel: str) -> str:
        """The recipient of this story on a channel, in the channel's canonical form."""
        if channel == "viber":
            return f"magic-{self.name.replace('_', '-')}="
        if channel == "email":
            return f"magic-{self.name.replace('_', '-')}@example.com"
        return f"4000000000{self.number:03}" if channel == "telegram" else f"70000000{self.number:03}"


_TOO_MANY = StatusAnswer(status=429, retry_after=RETRY_AFTER_S)

# The numbers of outcomes never change, even if messengers get new ones.
_OUTCOME_NUMBERS = {
    "blocked": 1,
    "not_a_user": 2,
    "token_revoked": 3,
    "account_blocked": 31,
    "account_suspended": 32,
    "account_locked": 33,
    "webhook_not_set": 34,
    "no_suitable_device": 35,
    "rate_limited": 36,
    "pair_rate_limited": 37,
    "spam_limited": 38,
    "country_not_supported": 39,
    "out_of_quota": 40,
    "no_balance": 41,
    "window_closed": 42,
    "not_allowed": 43,
    "held_back": 44,
    "experiment": 45,
    "no_template": 46,
    "template_paused": 47,
    "maintenance": 48,
    "deactivated": 11,
    "never_started": 12,
    "is_a_bot": 13,
    "migrated": 14,
    "kicked": 15,
    "not_a_member": 16,
    "chat_deleted": 17,
    "no_write_access": 18,
    "no_rights": 19,
    "not_an_administrator": 20,
    "no_thread": 21,
    "private_chat_not_found": 22,
    "button_url_invalid": 23,
    "media_unreachable": 24,
    "wrong_path": 25,
    "too_large": 26,
    "wrong_server": 27,
    "restarting": 28,
    "lost_message": 29,
    "mailbox_full": 49,
    "greylisted": 50,
    "spam": 51,
    "relay_denied": 52,
    "sender_refused": 53,
    "hung_up": 54,
}

_LIST: tuple[Story, ...] = (
    *(Story(number, name, f"refused: {name.replace('_', ' ')}", (name,)) for name, number in _OUTCOME_NUMBERS.items()),
    Story(100, "slow", f"accepted after {SLOW_S:g} s", latency_s=SLOW_S),
    *(Story(number, word, does, (word,)) for number, (word, does) in enumerate(WORDS.items(), 101)),
    Story(201, "too_many_once", f"429, retry after {RETRY_AFTER_S} s; then accepted", (_TOO_MANY, "accept")),
    Story(202, "down_once", "503; then accepted", ("503", "accept")),
    Story(203, "down_twice", "500 and 503; then accepted", ("500", "503", "accept")),
    Story(204, "lost_once", "accepted, but the answer is lost; then accepted as usual", ("lost", "accept")),
    Story(205, "reset_once", "the connection is reset; then accepted", ("reset", "accept")),
    Story(301, "late", "accepted; its receipts come late", receipts="late", channels=WITH_RECEIPTS),
    Story(302, "twice", "accepted; its receipts come twice", receipts="twice", channels=WITH_RECEIPTS),
    Story(
        303, "out_of_order", "accepted; seen comes before delivered", receipts="out_of_order", channels=WITH_RECEIPTS
    ),
    Story(304, "never", "accepted; no receipt ever comes", receipts="never", channels=WITH_RECEIPTS),
    Story(305, "fails_later", "accepted; a failed receipt follows", receipts="failed", channels=WITH_RECEIPTS),
    *(
        Story(status, f"always_{status}", f"always {status}", (_TOO_MANY if status == 429 else str(status),))
        for status in (400, 403, 404, 429, 500, 502, 503, 504)
    ),
)


def _told_on(story: Story, channel: str) -> bool:
    outcome = story.name if story.name in _OUTCOME_NUMBERS else None
    return channel in story.channels and (outcome is None or outcome in OUTCOMES[channel])


def recipients() -> Iterator[tuple[str, str, Story]]:
    """All magic recipients: channel, address, story; in the order of the stories' numbers."""
    for story in sorted(_LIST, key=lambda story: story.number):
        for channel in CHANNELS:
            if _told_on(story, channel):
                yield channel, story.address(channel), story


STORIES: dict[tuple[str, str], Story] = {(channel, address): story for channel, address, story in recipients()}
