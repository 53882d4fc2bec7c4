"""What all answers have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Base of all answers. Members that are not set are left out of the JSON, not written as null."""

    model_config = ConfigDict(frozen=True)
