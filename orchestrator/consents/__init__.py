"""What people allowed, and which addresses must never be used."""
