"""The journal of everything that arrived: storage, search, waiting."""
