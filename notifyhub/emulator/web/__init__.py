"""The emulator's own pages and endpoints."""
