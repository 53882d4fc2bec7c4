"""The path of a message: accept, deliver, sweep."""
