"""What the servers of the hub and of the emulator share: limits on connections, and what browsers may do."""
