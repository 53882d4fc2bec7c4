"""The settings of what people write to us: words that opt them out and in, and who else is told."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from notifyhub.channel_settings import PREFIX, HttpUrl
from notifyhub.setting_kinds import Words


class InboundSettings(BaseSettings):
    """Read as part of `Settings`."""

    opt_out_words: Words = Field(
        ("STOP", "СТОП", "/stop"),
        description="messages by which people opt out of a channel, comma-separated or a JSON array; none: no word",
    )
    opt_in_words: Words = Field(
        ("START", "СТАРТ", "/start"), description="messages by which people opt in again; written like those"
    )
    inbound_url: HttpUrl | None = Field(
        None, description="URL to which what people write is posted as JSON; default: nowhere"
    )
    inbound_secret: Annotated[SecretStr, Field(min_length=1)] | None = Field(
        None, description="signs those posts as Standard Webhooks do: `whsec_…`, or any text"
    )

    @model_validator(mode="after")
    def _a_word_says_one_thing(self) -> Self:
        both = {word.casefold() for word in self.opt_out_words} & {word.casefold() for word in self.opt_in_words}
        if both:
            named = ", ".join(sorted(both))
            raise ValueError(
                f"{PREFIX}OPT_OUT_WORDS and {PREFIX}OPT_IN_WORDS must not share a word (both have {named})"
            )
        return self
