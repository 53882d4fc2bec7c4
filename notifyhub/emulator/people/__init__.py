"""The people behind the emulated phones."""
