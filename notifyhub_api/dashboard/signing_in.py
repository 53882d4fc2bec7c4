"""/signin and /signout: placeholder until sessions land."""

from __future__ import annotations

ENDPOINTS = ()
