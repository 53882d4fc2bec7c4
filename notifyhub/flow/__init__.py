"""The road: accept, deliver, sweep."""
