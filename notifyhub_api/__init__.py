"""The REST service: parses requests, calls the library, returns answers."""
