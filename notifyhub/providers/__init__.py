"""Adapters that speak one messenger's wire each."""
