"""Rows and the statements that move them."""
