"""The public links in messages, and the addresses where providers report what became of them."""
