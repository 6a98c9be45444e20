"""What people did: an append-only stream, and its ingestion."""
