"""For how long what was sent is kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

DAY_MS = 86_400_000
_LONGEST = 100 * 366


class RetentionSettings(BaseModel):
    """`NOTIFYHUB_RETENTION_*`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deliveries_days: int | None = Field(
        None,
        ge=1,
        le=_LONGEST,
        description="days after its end from which a delivery is deleted, with what belongs to it; statistics and "
        "protection from duplicates stay; default: never",
    )
    personal_days: int | None = Field(
        None,
        ge=1,
        le=_LONGEST,
        description="days after its end from which a delivery has no address and no text of its own any more; its "
        "state and times stay; default: never",
    )
    erasure_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="key of the hashes by which erased addresses are recognised, so that the store alone does not "
        "reveal them; default: one that is kept in the store",
    )

    @property
    def shortest_ms(self) -> int | None:
        """After how many milliseconds something begins to go; None: never."""
        days = [days for days in (self.deliveries_days, self.personal_days) if days is not None]
        return min(days) * DAY_MS if days else None
