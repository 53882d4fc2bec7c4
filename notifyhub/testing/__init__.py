"""For testing your own providers."""
