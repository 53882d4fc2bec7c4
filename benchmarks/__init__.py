"""What the hub does on this machine, next to a named peer doing the same job; everything stays on loopback."""
