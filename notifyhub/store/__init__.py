"""Rows and the statements that change them."""
