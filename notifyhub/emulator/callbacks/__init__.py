"""Calling the bots' own addresses, and when."""
