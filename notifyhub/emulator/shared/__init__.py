"""What the messengers share: HTTP, limits, media, strictness."""
