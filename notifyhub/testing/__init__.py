"""For those who test providers of their own."""
