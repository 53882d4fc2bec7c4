"""The settings of the HTTP service: where it listens, whom it lets in, and how much it takes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from notifyhub.setting_kinds import Origins, Port


class ServiceSettings(BaseSettings):
    """Read as part of `Settings`."""

    host: str = Field("127.0.0.1", min_length=1, description="address that `serve` listens on")
    port: Port = Field(8000, description="port that `serve` listens on; 0 picks a free one")
    auth: Literal["keys", "none"] = Field(
        "keys",
        description="keys, or none: anyone on this machine can do everything, and the host must be a loopback address",
    )
    rate_limit: int = Field(
        1_000_000,
        ge=0,
        le=1_000_000_000,
        description="requests per minute for each API key without its own limit; 0: no limit",
    )
    idempotency_kept_s: int = Field(
        86_400, ge=60, le=366 * 86_400, description="seconds that the response to an Idempotency-Key is kept"
    )
    cors_origins: Origins = Field(
        (), description="origins whose pages may call the API, comma-separated or a JSON array; default: none"
    )
    max_body_bytes: int = Field(16 * 2**20, ge=1024, description="largest request body that the API accepts")
    max_import_bytes: int = Field(2**30, ge=1024, description="largest file that the API imports")
    head_timeout_s: float = Field(
        10.0, ge=0.1, le=3600, description="timeout for receiving the complete head of a request, in seconds; then 408"
    )
    body_timeout_s: float = Field(
        60.0, ge=0.1, le=3600, description="seconds without progress before a request body times out; then 408"
    )
    max_connections: int = Field(
        4096, ge=1, le=1_000_000, description="maximum number of open connections; further ones get 503"
    )

    @property
    def own_url(self) -> str:
        """Where the service on this machine is asked."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 (compared, not bound)
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"
