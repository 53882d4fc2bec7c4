"""An emulator of the four messengers: same protocols, no account. Shares no code with `notifyhub.providers`."""
