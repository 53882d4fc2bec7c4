"""The REST service: parses, calls the library, answers."""
