"""Posting events to the endpoints of others."""
