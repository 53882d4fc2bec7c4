"""The current faults, and their decision for each send."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from notifyhub.emulator.faults import latency, magic
from notifyhub.emulator.faults.answers import Answerable
from notifyhub.emulator.faults.chance import Chance, Draw
from notifyhub.emulator.faults.names import CHANNELS, canonical
from notifyhub.emulator.faults.plan import NOTHING, Plan
from notifyhub.emulator.faults.rules import ChannelFaults, Rule, Script
from notifyhub.emulator.faults.settings import MOST_RULES, FaultSettings, ProfileName
from notifyhub.emulator.journal.inboxes import inbox_of

# Answers that say that a token, or a password, is not valid.
TAKEN_BACK = ("token_revoked", "401", "535")


class TooManyRules(Exception):
    """There are too many rules for another one."""


class Faults:
    """The current faults. `clock` returns the seconds for time spans."""

    def __init__(
        self, profile: ProfileName = "none", seed: int | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._chance = Chance(seed)
        self._clock = clock
        self.replace(FaultSettings(profile=profile))

    def replace(self, settings: FaultSettings) -> None:
        """Replace all faults, rules and scripts by `settings`."""
        self._settings = settings
        self._set_at = self._clock()
        self._by_channel: dict[str, ChannelFaults] = {channel: settings.on(channel) for channel in CHANNELS}
        self._quiet = {channel for channel, faults in self._by_channel.items() if _is_quiet(faults)}
        self._rules = [_Pending(rule, number) for number, rule in enumerate(settings.rules)]
        self._rules_ever = len(self._rules)
        self._scripts: dict[tuple[str, str], deque[Answerable]] = {}
        for script in settings.scripts:
            key = (script.channel, canonical(script.channel, script.address))
            self._scripts.setdefault(key, deque()).extend(script.answers)

    def add(self, rule: Rule) -> None:
        """Put a rule before the others. Its time span also starts when the faults were set.

        Raises TooManyRules above 1,000.
        """
        if len(self._rules) >= MOST_RULES:
            raise TooManyRules(f"there are {MOST_RULES} rules already")
        self._rules.insert(0, _Pending(rule, self._rules_ever))
        self._rules_ever += 1

    def clear(self) -> None:
        """Remove all faults, including the profile's. The recipients' stories continue."""
        self.replace(FaultSettings())

    def reset(self) -> None:
        """Remove all faults, and restart the story of every recipient."""
        self.clear()
        self._chance.forget()

    def describe(self) -> dict[str, Any]:
        """The current faults with the remaining rules and scripts, in the form of `FaultSettings`."""
        scripts = [
            Script.model_validate({"channel": channel, "address": address, "answers": list(answers)})
            for (channel, address), answers in self._scripts.items()
        ]
        left = {"scripts": scripts, "rules": [pending.left() for pending in self._rules]}
        return self._settings.model_copy(update=left).model_dump(mode="json", exclude_none=True)

    def plan(self, channel: str, address: str, token: str = "") -> Plan:
        """The plan for a send that has just arrived. Uses one answer of the recipient's script."""
        story = magic.STORIES.get((channel, address)) if self._settings.magic else None
        if story is None and not self._rules and not self._scripts and channel in self._quiet:
            return NOTHING
        number = self._chance.next(channel, address)
        draw = self._chance.draw(channel, address, number)
        faults = self._by_channel[channel]
        ruled, wait = self._ruled(channel, address, token, draw) if self._rules else (None, None)
        wait_s = latency.seconds(faults.latency_ms if wait is None else wait, draw)
        scripted = self._scripted(channel, address)
        if scripted is None and story is not None:
            return story.plan(number, wait_s)
        return Plan(wait_s, scripted or ruled or _by_rate(faults, draw))

    @property
    def magic(self) -> bool:
        """Do magic recipients have an effect?"""
        return self._settings.magic

    def locks_out(self, channel: str, token: str) -> bool:
        """Does a rule for all recipients take back this token? For channels where a login comes before the sends."""
        if not self._rules:
            return False
        inbox, since_s = inbox_of(token), self._clock() - self._set_at
        draw = self._chance.draw(channel, inbox, self._chance.next(channel, inbox))
        for pending in self._rules:
            taken_back = pending.rule.answer in TAKEN_BACK and pending.rule.address is None
            if taken_back and pending.takes(channel, "", inbox, since_s) and pending.hits(draw):
                if pending.use() == 0:
                    self._rules.remove(pending)
                return True
        return False

    def _ruled(
        self, channel: str, address: str, token: str, draw: Draw
    ) -> tuple[Answerable | None, latency.Latency | None]:
        """The first answer and the first latency of the rules that match this send."""
        inbox, since_s = inbox_of(token), self._clock() - self._set_at
        answer, wait = None, None
        for pending in [*self._rules]:
            rule = pending.rule
            wanted = (answer is None and rule.answer is not None) or (wait is None and rule.latency_ms is not None)
            if not wanted or not pending.takes(channel, address, inbox, since_s) or not pending.hits(draw):
                continue
            answer = rule.answer if answer is None else answer
            wait = rule.latency_ms if wait is None else wait
            if pending.use() == 0:
                self._rules.remove(pending)
        return answer, wait

    def _scripted(self, channel: str, address: str) -> Answerable | None:
        answers = self._scripts.get((channel, address)) if self._scripts else None
        if not answers:
            return None
        answer = answers.popleft()
        if not answers:
            del self._scripts[channel, address]
        return answer


class _Pending:
    """A rule and its remaining uses."""

    def __init__(self, rule: Rule, number: int) -> None:
        self.rule = rule
        self._draws_as = f"rule {number}"
        self._left = rule.count

    def takes(self, channel: str, address: str, inbox: str, since_s: float) -> bool:
        rule = self.rule
        now = rule.from_s <= since_s and (rule.until_s is None or since_s < rule.until_s)
        return now and rule.fits(channel, address, inbox)

    def hits(self, draw: Draw) -> bool:
        return self.rule.rate >= 1 or draw(self._draws_as) < self.rule.rate

    def use(self) -> int | None:
        """Use the rule once. Returns the remaining uses, None for unlimited."""
        if self._left is not None:
            self._left -= 1
        return self._left

    def left(self) -> Rule:
        return self.rule.model_copy(update={"count": self._left})


def _is_quiet(faults: ChannelFaults) -> bool:
    return not faults.failure_rate and faults.latency_ms in (None, 0)


def _by_rate(faults: ChannelFaults, draw: Draw) -> Answerable | None:
    rate = faults.failure_rate
    return faults.failure if rate and draw("failure") < rate else None
