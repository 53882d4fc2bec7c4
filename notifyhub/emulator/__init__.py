"""A stand-in for the four messengers: same wire, no account. Shares no line with `notifyhub.providers`."""
