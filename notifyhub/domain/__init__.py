"""The pure core: standard library and errors only; `now` and randomness come in as arguments."""
