"""Faults on request: what goes wrong, for whom, how often and when. In memory only.

The first of these that applies decides about a send: the recipient's script, a magic recipient, the rules in their
order, the channel's failure rate. Chance depends only on the seed, the recipient and the number of sends to them, so
with the same seed each recipient meets the same faults, whatever happens to others.
"""

from __future__ import annotations

from notifyhub.emulator.faults.answers import Answerable, Failure, Word
from notifyhub.emulator.faults.deciding import Faults, TooManyRules
from notifyhub.emulator.faults.names import CHANNELS, Channel
from notifyhub.emulator.faults.plan import Plan
from notifyhub.emulator.faults.rules import ChannelFaults, Rule, Script
from notifyhub.emulator.faults.settings import PROFILES, FaultSettings, ProfileName

__all__ = [
    # what is asked for
    "FaultSettings",
    "ChannelFaults",
    "Rule",
    "Script",
    "Answerable",
    "Failure",
    "Word",
    # what comes of it
    "Faults",
    "Plan",
    "TooManyRules",
    # names
    "CHANNELS",
    "Channel",
    "PROFILES",
    "ProfileName",
]
