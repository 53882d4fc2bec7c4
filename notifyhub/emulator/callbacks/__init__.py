"""Callbacks to the bots' URLs."""
