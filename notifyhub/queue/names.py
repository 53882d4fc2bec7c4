"""What queues and actors are called, on every broker."""

from __future__ import annotations

import dramatiq


def queue_name(channel: str) -> str:
    return f"due.{channel}"


def actor_name(channel: str) -> str:
    return f"deliver.{channel}"


def bell(channel: str) -> dramatiq.Message[None]:
    """A ring: "something is due on this channel", and nothing else."""
    return dramatiq.Message(
        queue_name=queue_name(channel), actor_name=actor_name(channel), args=(), kwargs={}, options={}
    )
