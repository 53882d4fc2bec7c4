"""What all requests have in common."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

M = TypeVar("M", bound=BaseModel)

_building = Lock()


class Asking(BaseModel):
    """Base of all requests: members that it does not know are refused.

    It is `built` when it is first used: a command that needs one of forty would otherwise wait for all.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)


def built(model: type[M]) -> type[M]:
    """The model, ready to be used on any thread. pydantic would build it itself, but not on two threads at once."""
    if not model.__pydantic_complete__:
        with _building:
            model.model_rebuild()
    return model
