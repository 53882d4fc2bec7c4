"""What all requests have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Asking(BaseModel):
    """Base of all requests: members that it does not know are refused.

    It is built when it is first used: a command that needs one of forty would otherwise wait for all.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)
