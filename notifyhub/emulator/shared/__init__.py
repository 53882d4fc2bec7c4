"""What the messengers share: the wire, limits, media, strictness."""
