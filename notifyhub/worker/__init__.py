"""Dramatiq actors and the process that runs them."""
