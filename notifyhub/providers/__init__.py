"""Adapters, each for the protocol of one messenger."""
