"""Points: an append-only ledger."""
