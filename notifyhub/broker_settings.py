"""The settings of the broker, which carries the bells between processes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from notifyhub.channel_settings import one_of


class BrokerSettings(BaseSettings):
    """Read as part of `Settings`."""

    broker_url: Annotated[str, one_of("memory", "redis", "rediss", "amqp", "amqps")] = Field(
        "memory://", description="memory:// (inside this process), redis://… or amqp://… (RabbitMQ); rediss, amqps: TLS"
    )
    broker_prefix: str = Field(
        "notifyhub",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="beginning of the names of everything in the broker, so that several installations can share one",
    )
    broker_ca_file: Path | None = Field(
        None, description="file with the CA certificates to trust for rediss:// and amqps://; default: the system's"
    )
    broker_queue_type: Literal["classic", "quorum"] = Field(
        "classic", description="type of RabbitMQ's queues; quorum: they outlive machines of a cluster"
    )
