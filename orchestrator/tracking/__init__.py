"""The public links in messages."""
