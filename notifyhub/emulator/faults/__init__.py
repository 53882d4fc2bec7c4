"""Faults on request: what may go wrong, with whom, how often and when. Kept in memory only.

A send is decided by the first of these that says something: the recipient's script, a magic recipient, the rules in
their order, the channel's failure rate. All chance follows from the seed, the recipient and how many sends they had
before, so the same seed tells each recipient the same story, whatever the others do meanwhile.
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
