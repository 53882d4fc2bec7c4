"""What the servers of the hub and the emulator share: limits of connections, and protection from web pages."""
